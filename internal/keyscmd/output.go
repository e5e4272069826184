package keyscmd

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// table writes rows in columns. Cells can hold what others wrote, so they are escaped.
func (a *app) table(header []string, rows [][]string) error {
	w := tabwriter.NewWriter(a.host.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = text.Escape(cell)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

// json writes a value as indented JSON.
func (a *app) json(v any) error {
	encoder := json.NewEncoder(a.host.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// date is a moment as the API writes it, "" for none.
func date(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// age is a duration in days, or in hours below two days.
func age(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// orDash is a cell that is never empty.
func orDash(cell string) string {
	if cell == "" {
		return "-"
	}
	return cell
}
