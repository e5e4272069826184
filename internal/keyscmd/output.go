package keyscmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

const (
	columnGap  = 2  // the space between columns
	minWrapped = 10 // the least width of a wrapped column
)

// table writes rows in columns. It escapes the cells, because they can hold texts of another origin. If the terminal is too
// narrow, the widest columns are wrapped, but never the ids of keys.
func (a *app) table(header []string, rows [][]string) error {
	all := [][]string{header}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = text.Escape(cell)
		}
		all = append(all, cells)
	}
	widths := columnWidths(all, a.host.Columns)
	var table strings.Builder
	for _, row := range all {
		for _, line := range linesOf(row, widths) {
			table.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	_, err := io.WriteString(a.host.Out, table.String())
	return err
}

// columnWidths returns the width of each column in characters. most is the width of the terminal, 0 = no limit.
func columnWidths(rows [][]string, most int) []int {
	widths := make([]int, len(rows[0]))
	over := -columnGap - most
	for column := range widths {
		for _, row := range rows {
			widths[column] = max(widths[column], utf8.RuneCountInString(row[column]))
		}
		over += widths[column] + columnGap
	}
	for most > 0 && over > 0 {
		widest := -1
		for column, width := range widths {
			if rows[0][column] != idHeader && width > minWrapped && (widest < 0 || width > widths[widest]) {
				widest = column
			}
		}
		if widest < 0 {
			break // the terminal wraps the lines
		}
		less := min(over, widths[widest]-minWrapped)
		widths[widest] -= less
		over -= less
	}
	return widths
}

// linesOf returns the lines of a row. A cell that is wider than its column is wrapped.
func linesOf(row []string, widths []int) []string {
	var lines []string
	at := 0 // the first character of the column
	for column, cell := range row {
		parts := []string{cell}
		if utf8.RuneCountInString(cell) > widths[column] {
			parts = wrap(chunks(cell, widths[column]), widths[column])
		}
		for i, part := range parts {
			if i == len(lines) {
				lines = append(lines, "")
			}
			lines[i] = fmt.Sprintf("%-*s", at, lines[i]) + part
		}
		at += widths[column] + columnGap
	}
	return lines
}

// chunks returns the words of a text. A word that is longer than width characters is cut.
func chunks(text string, width int) []string {
	var all []string
	for _, word := range strings.Fields(text) {
		letters := []rune(word)
		for ; len(letters) > width; letters = letters[width:] {
			all = append(all, string(letters[:width]))
		}
		all = append(all, string(letters))
	}
	return all
}

// wrap joins words to lines of at most width characters. A longer word has its own line.
func wrap(words []string, width int) []string {
	lines := []string{""}
	for _, word := range words {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last+" "+word) > width:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}

// json writes a value as indented JSON.
func (a *app) json(v any) error { return writeJSON(a.host.Out, v) }

func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// date returns a time in the form of the API, "" for nil and for the zero time.
func date(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// dayOf returns the day of a time, "-" for nil.
func dayOf(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

// age returns a duration in days, or in hours if it is less than two days.
func age(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// orDash returns "-" for an empty cell.
func orDash(cell string) string {
	if cell == "" {
		return "-"
	}
	return cell
}
