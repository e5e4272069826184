package keyscmd

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// table writes rows in columns. It escapes the cells, because they can hold texts of another origin. If the terminal is too
// narrow for the columns, each row becomes a block of lines.
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
		return a.blocks(header, all[1:])
	}
	w := tabwriter.NewWriter(a.host.Out, 0, 0, columnGap, ' ', 0)
	for _, row := range all {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// columnGap is the space between columns.
const columnGap = 2

// width returns the width of a table in characters.
func width(rows [][]string) int {
	total := 0
	for column := range rows[0] {
		widest := 0
		for _, row := range rows {
			widest = max(widest, utf8.RuneCountInString(row[column]))
		}
		total += widest + columnGap
	}
	return total - columnGap
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
