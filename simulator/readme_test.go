package simulator

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// actionRows returns the cells of the table of actions in the README: actions, rule, source.
func actionRows(t *testing.T) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| action | rule | rests on |")
	if !found {
		t.Fatal("README.md has no table of actions")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) >= 3 && !strings.HasPrefix(cells[1], "-") {
			rows = append(rows, []string{cells[1], cells[2], cells[3]})
		}
	}
	return rows
}

// The table of actions in the README has every served action, and no other.
func TestReadme_actions(t *testing.T) {
	listed := map[string]bool{}
	for _, cells := range actionRows(t) {
		for name := range strings.SplitSeq(cells[0], ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if _, ok := describe.Lookup(name); !ok {
				t.Errorf("README.md lists %q, which is not an action", name)
			}
			listed[name] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(listed)), slices.Sorted(maps.Keys(served)); !slices.Equal(got, want) {
		t.Errorf("README.md lists %v; served are %v", got, want)
	}
}

// Every rule in the table of actions names a known source.
func TestReadme_restsOn(t *testing.T) {
	known := map[string]bool{"M": true, "O": true}
	for _, file := range []string{"README.md", "../docs/dev/assumptions.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range regexp.MustCompile(`(?m)^\| ([AS][0-9]+) \|`).FindAllStringSubmatch(string(text), -1) {
			known[row[1]] = true
		}
	}
	for _, cells := range actionRows(t) {
		if strings.TrimSpace(cells[1]) == "" {
			t.Errorf("the row of %s has no rule", cells[0])
		}
		for ground := range strings.SplitSeq(cells[2], ",") {
			if ground = strings.TrimSpace(ground); !known[ground] {
				t.Errorf("the row of %s has the source %q, which is neither M nor O nor a known assumption", cells[0], ground)
			}
		}
	}
}

// Every assumption that the code cites is in the README, by its number or in a range.
func TestReadme_assumptionsOfTheCode(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`\b[AS]([0-9]{1,2})\b`)
	cited := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range number.FindAllStringSubmatch(string(code), -1) {
			n, _ := strconv.Atoi(found[1])
			everywhere := found[0][0] == 'A' && n >= 15 && n <= 28
			if cited++; !everywhere && !regexp.MustCompile(`\b`+found[0]+`\b`).Match(text) {
				t.Errorf("%s cites %s, which README.md does not have", file, found[0])
			}
		}
	}
	if cited < 50 {
		t.Errorf("found %d citations", cited)
	}
}

// Every switch is in the README.
func TestReadme_switches(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range assumptions {
		if !strings.Contains(string(text), "| "+one.number+" | ") {
			t.Errorf("README.md does not list %s", one.number)
		}
	}
}
