package keyscmd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var commandLine = regexp.MustCompile(`(?m)^outscale-keys ([^#|>\n]+)`)

// TestDocs_commandLines: every command line in README.md and in the guides has an existing command and existing flags.
func TestDocs_commandLines(t *testing.T) {
	root := filepath.Join("..", "..")
	guides, err := filepath.Glob(filepath.Join(root, "docs", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, page := range append(guides, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range commandLine.FindAllStringSubmatch(string(text), -1) {
			arguments := strings.Fields(found[1])
			if arguments[0] == "COMMAND" {
				continue
			}
			checked++
			command, rest, err := (&app{}).rootCommand().Find(arguments)
			if err == nil {
				err = command.ParseFlags(rest)
			}
			if err != nil || !command.Runnable() {
				t.Errorf("%s: outscale-keys %s: %v", page, found[1], err)
			}
		}
	}
	if checked < 15 {
		t.Errorf("found %d command lines", checked)
	}
}
