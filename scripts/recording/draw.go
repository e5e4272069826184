package main

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
)

// The terminal in the picture, in characters, and a character in pixels.
const (
	columns = 104
	rows    = 30
	width   = 7.8
	height  = 18
	margin  = 16
)

// The times of the picture, in seconds. It is faster than the run, and slower after lines that take time to read.
const (
	together = 0.02 // lines that were printed within this time appear together, except for a new step
	longest  = 1.5  // of what the run waited
	reading  = 0.25 // at least, for each line
	holding  = 6.0  // at the end
)

const style = `
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; fill: #1f2328 }
.screen { fill: #f6f8fa; stroke: #d1d9e0 }
.title { font-weight: 600; fill: #0550ae }
.command { font-weight: 600 }
.quoted { fill: #116329 }
.calls { fill: #59636e }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .screen { fill: #0d1117; stroke: #3d444d }
  .title { fill: #79c0ff }
  .quoted { fill: #7ee787 }
  .calls { fill: #9198a1 }
}
@media (prefers-reduced-motion: reduce) { .lines { animation: none !important } }
`

// draw returns the picture of a run: the lines appear at the bottom and move up, as in a terminal.
func draw(lines []line) string {
	shown := wrap(lines)
	w, h := columns*width+2*margin, rows*height+2*margin
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" width="%.0f" height="%d" role="img">`+"\n", w, h, w, h)
	b.WriteString("<title>A run of make demo</title>\n<desc>The transcript in README.md has the same text.</desc>\n")
	b.WriteString("<style>" + style + movement(shown) + "</style>\n")
	fmt.Fprintf(&b, `<rect class="screen" x="0.5" y="0.5" width="%.0f" height="%d" rx="8"/>`+"\n", w-1, h-1)
	fmt.Fprintf(&b, `<svg x="%d" y="%d" width="%.0f" height="%d">`+"\n", margin, margin, columns*width, rows*height)
	b.WriteString(`<g class="lines">` + "\n")
	for n, l := range shown {
		if l.text == "" {
			continue
		}
		fmt.Fprintf(&b, `<text y="%d"%s xml:space="preserve">%s</text>`+"\n", n*height+13, class(l.text), escape(l.text))
	}
	b.WriteString("</g>\n</svg>\n</svg>\n")
	return b.String()
}

// movement returns the animation that keeps the last printed line at the bottom.
func movement(lines []line) string {
	type stop struct {
		at   float64
		last int
	}
	stops := []stop{{0, 0}}
	now, first := 0.0, 0
	for n, l := range lines[1:] {
		n++
		if waited := l.at - lines[n-1].at; waited >= together || l.text == "" {
			now += max(min(waited, longest), reading*float64(n-first))
			stops, first = append(stops, stop{now, n}), n
		}
		stops[len(stops)-1].last = n
	}
	total := now + holding
	var b strings.Builder
	b.WriteString("@keyframes lines {\n")
	for _, s := range stops {
		fmt.Fprintf(&b, "%s%% { transform: translateY(%dpx) }\n", percent(s.at/total), (rows-1-s.last)*height)
	}
	fmt.Fprintf(&b, "100%% { transform: translateY(%dpx) }\n}\n", (rows-len(lines))*height)
	fmt.Fprintf(&b, ".lines { animation: lines %.1fs step-end infinite }\n", total)
	return b.String()
}

func percent(part float64) string { return fmt.Sprint(math.Round(part*1e5) / 1e3) }

// wrap breaks lines that are longer than the width of the terminal, at spaces.
func wrap(lines []line) []line {
	var wrapped []line
	for _, l := range lines {
		text, indent := l.text, strings.Repeat(" ", 6)
		for len([]rune(text)) > columns {
			at := strings.LastIndex(string([]rune(text)[:columns]), " ")
			if at <= len(indent) {
				at = columns
			}
			wrapped = append(wrapped, line{l.at, text[:at]})
			text = indent + strings.TrimLeft(text[at:], " ")
		}
		wrapped = append(wrapped, line{l.at, text})
	}
	return wrapped
}

// class returns the attribute for the kind of a line.
func class(text string) string {
	name := ""
	switch {
	case strings.HasPrefix(text, "   $ "), strings.HasPrefix(text, "   ^C"):
		name = "command"
	case strings.HasPrefix(text, "   |"):
		name = "quoted"
	case strings.HasPrefix(text, "   API calls:"), strings.HasPrefix(text, "      "):
		name = "calls"
	case !strings.HasPrefix(text, " ") && strings.Contains(text, ". "):
		name = "title"
	}
	if name == "" {
		return ""
	}
	return ` class="` + name + `"`
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder has no errors
	return b.String()
}
