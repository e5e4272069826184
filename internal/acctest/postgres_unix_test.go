//go:build unix

package acctest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPostgres_stopsAfterTest: the server ends, and its files are removed.
func TestPostgres_stopsAfterTest(t *testing.T) {
	t.Parallel()
	var p *Postgres
	t.Run("inner", func(t *testing.T) {
		p = StartPostgres(t)
		p.run("psql", "--dbname="+p.URL(), "--command=create table things (name text)", "--command=insert into things values ('a thing')")
		if dump := string(p.Dump()); !strings.Contains(dump, "a thing") {
			t.Errorf("not in the dump:\n%s", dump)
		}
	})
	if p == nil {
		t.Skip("the inner test says why")
	}
	if _, err := os.Stat(p.home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s still exists: %v", p.home, err)
	}
	if err := p.server.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("the server still runs: %v", err)
	}
}

func TestPostgres_location(t *testing.T) {
	t.Setenv("PATH", "")
	_, err := postgresPrograms(filepath.Join(t.TempDir(), "*"))
	if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("without PostgreSQL: %v", err)
	}
	dir := t.TempDir()
	for _, version := range []string{"9", "17", "15"} {
		bin := filepath.Join(dir, version, "bin")
		if err := os.MkdirAll(bin, 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, "initdb"), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	found, err := postgresPrograms(filepath.Join(dir, "nowhere", "*"), filepath.Join(dir, "*", "bin", "initdb"))
	if err != nil || found != filepath.Join(dir, "17", "bin") {
		t.Errorf("%s, %v", found, err)
	}
}
