package providerdata

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// TestWarnOrphans_journalNotWritable: a process that creates keys warns once if the journal cannot be written, in a plan and in
// an apply, and a process that creates none does not.
func TestWarnOrphans_journalNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	offset, owner := time.Duration(0), key.Owner{UserName: "alice"}
	for _, c := range []struct {
		path  string
		why   error
		wants string // "" = no warning
	}{
		{filepath.Join(file, "cache"), nil, file},
		{"", errors.New("neither $XDG_CACHE_HOME nor $HOME are defined"), "neither $XDG_CACHE_HOME nor $HOME are defined"},
		{"", nil, ""},
		{filepath.Join(t.TempDir(), "new", "cache"), nil, ""},
	} {
		for name, warn := range map[string]func(*Data, *diag.Diagnostics){
			"plan":       func(d *Data, diags *diag.Diagnostics) { d.WarnOrphans(t.Context(), owner, diags) },
			"apply":      func(d *Data, diags *diag.Diagnostics) { d.WarnOrphansOfCreation(t.Context(), owner, diags) },
			"run-scoped": func(d *Data, diags *diag.Diagnostics) { d.WarnOrphansOfRun(t.Context(), owner, diags) },
		} {
			journal := orphan.NewJournal(c.path, func(error) {})
			journal.NoFolder(c.why)
			var diags diag.Diagnostics
			for range 2 { // two provider blocks
				d := configured(&offset, Services{Keys: &listing{}, Account: noAccount{}}, Options{Orphans: journal.Recorder("")})
				d.WarnOrphansOfKept(t.Context(), owner, "AK1", &diags)
				if len(diags) > 1 {
					t.Errorf("%s, %q: %v", name, c.path, diags)
				}
				warn(d, &diags)
			}
			switch {
			case c.wants == "" && len(diags) > 0:
				t.Errorf("%s, %q: %v", name, c.path, diags)
			case c.wants != "" && (len(diags) != 1 || diags[0].Summary() != "Access keys not recorded on this machine" ||
				!strings.Contains(diags[0].Detail(), c.wants) || !strings.Contains(diags[0].Detail(), "set HOME or XDG_CACHE_HOME")):
				t.Errorf("%s, %q: no %q in %v", name, c.path, c.wants, diags)
			}
		}
	}
}
