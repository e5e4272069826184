package keyscmd

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// table writes rows in columns. It escapes the cells, because they can hold texts of another origin. If the terminal is too
// narrow, the last column is wrapped, or if it has no room, each row becomes a block of lines.
func (a *app) table(header []string, rows [][]string) error {
	all := [][]string{header}
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = text.Escape(cell)
		}
		all = append(all, cells)
	}
	if a.host.Columns > 0 && width(all) > a.host.Columns {
		last := len(header) - 1
		room := a.host.Columns - width(all, last) - columnGap
		if room < minWrapped {
			return a.blocks(header, all[1:])
		}
		all = wrapColumn(all, last, room)
	}
	w := tabwriter.NewWriter(a.host.Out, 0, 0, columnGap, ' ', 0)
	for _, row := range all {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

const (
	columnGap  = 2  // the space between columns
	minWrapped = 20 // the least width of a wrapped column
)

// width returns the width of a table in characters, without the columns in except.
func width(rows [][]string, except ...int) int {
	total := -columnGap
	for column := range rows[0] {
		if slices.Contains(except, column) {
			continue
		}
		widest := 0
		for _, row := range rows {
			widest = max(widest, utf8.RuneCountInString(row[column]))
		}
		total += widest + columnGap
	}
	return total
}

// wrapColumn continues long cells of a column in further rows, whose other cells are empty.
func wrapColumn(rows [][]string, column, width int) [][]string {
	var all [][]string
	for _, row := range rows {
		for i, line := range wrap(strings.Fields(row[column]), width) {
			if i > 0 {
				row = make([]string, len(row))
			}
			row[column] = line
			all = append(all, row)
		}
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

// blocks writes each row as lines with a name and a value, with an empty line between rows.
func (a *app) blocks(header []string, rows [][]string) error {
	for i, row := range rows {
		if i > 0 {
			fmt.Fprintln(a.host.Out)
		}
		w := tabwriter.NewWriter(a.host.Out, 0, 0, columnGap, ' ', 0)
		for column, cell := range row {
			fmt.Fprintf(w, "%s\t%s\n", header[column], cell)
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return nil
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
