package simulator

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// The table of actions in the README has every served action, and no other.
func TestReadme_actions(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "| action | rule | rests on |")
	if !found {
		t.Fatal("README.md has no table of actions")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 || strings.HasPrefix(cells[1], "-") {
			continue
		}
		for name := range strings.SplitSeq(cells[1], ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if _, ok := describe.Lookup(name); !ok {
				t.Errorf("README.md lists %q, which is not an action", name)
			}
			listed[name] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(listed)), describe.Served(); !slices.Equal(got, want) {
		t.Errorf("README.md lists %v; served are %v", got, want)
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
