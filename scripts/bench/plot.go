package main

import (
	"fmt"
	"html"
	"strings"
)

// bar is one bar of the plot: a value, and where the target is, 0 for none.
type bar struct {
	label         string
	value, target float64
	colour        string
}

// The plot's measures, in pixels.
const (
	labelWidth = 430
	barSpace   = 420
	lineHeight = 22
	plotWidth  = labelWidth + barSpace + 80
)

var colours = map[step]string{create: "#4878a8", plan: "#6aa56e", destroy: "#b5695b"}

// colour returns the colour of a bar: by step, and another one for other providers.
func colour(r result) string {
	if r.Subject != ownName {
		return "#b0b0b0"
	}
	return colours[r.Step]
}

// plot returns an SVG with two panels: wall time compared with the floor, and plans at 5 requests/s compared with the predicted time.
func (b *bench) plot() string {
	var free, paced []bar
	for _, r := range b.Results {
		cli, _, _ := strings.Cut(r.CLI, " ")
		name := fmt.Sprintf("%s, %s: %s", cli, r.Row.title(), r.Step)
		if r.Subject != ownName {
			name += ", " + r.Subject
		}
		switch {
		case r.Rate == unlimited:
			free = append(free, bar{name, r.ratio(), 0, colour(r)})
		case r.Rate == noLatency:
			free = append(free, bar{name + ", no latency", r.ratio(), 0, colour(r)})
		case r.Step == plan:
			paced = append(paced, bar{name, r.pace(), r.paceLimit(), colour(r)})
		}
	}
	var body strings.Builder
	y := panel(&body, 0, "No limit: wall time, in times of as many terraform_data", free)
	y = panel(&body, y, "5 requests/s: wall time of a no-change plan, in times of calls / 5 + floor", paced)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
<rect width="100%%" height="100%%" fill="white"/>
%s</svg>
`, plotWidth, y, plotWidth, y, body.String())
}

// panel draws a title and one bar per line on one scale, and returns the y position of the next panel.
func panel(out *strings.Builder, y int, title string, bars []bar) int {
	fmt.Fprintf(out, "<text x=\"10\" y=\"%d\" font-weight=\"bold\">%s</text>\n", y+24, html.EscapeString(title))
	y += 36
	longest := 1.0
	for _, b := range bars {
		longest = max(longest, b.value, b.target)
	}
	scale := barSpace / longest
	for _, b := range bars {
		fmt.Fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", labelWidth-8, y+15, html.EscapeString(b.label))
		fmt.Fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", labelWidth, y+2, b.value*scale, lineHeight-5, b.colour)
		fmt.Fprintf(out, "<text x=\"%.1f\" y=\"%d\">%.2f</text>\n", labelWidth+b.value*scale+5, y+15, b.value)
		if b.target > 0 {
			x := labelWidth + b.target*scale
			fmt.Fprintf(out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" stroke=\"black\" stroke-width=\"2\"><title>target: %g</title></line>\n", x, x, y, y+lineHeight-1, b.target)
		}
		y += lineHeight
	}
	return y + 14
}
