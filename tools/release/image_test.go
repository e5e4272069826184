package release_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// The test needs no container engine. The Dockerfile parses, starts from scratch and runs as an unprivileged user. Every file
// that it copies is in the build context for each platform, and the program is the one of the release archive.
func TestDockerfile_buildContext(t *testing.T) {
	parsed, err := parser.Parse(bytes.NewReader(read(t, root(t), "Dockerfile")))
	must(t, err)
	if len(parsed.Warnings) > 0 {
		t.Errorf("warnings: %v", parsed.Warnings)
	}
	var copies []*parser.Node
	arguments := map[string][]string{}
	for _, node := range parsed.AST.Children {
		var words []string
		for word := node.Next; word != nil; word = word.Next {
			words = append(words, word.Value)
		}
		if node.Value == "COPY" || node.Value == "copy" {
			copies = append(copies, node)
		}
		arguments[strings.ToLower(node.Value)] = words
		if inline := slices.Contains([]string{"run", "add"}, strings.ToLower(node.Value)); inline {
			t.Errorf("line %d: %s needs an engine or a network; copy finished files", node.StartLine, node.Original)
		}
	}
	if got := arguments["from"]; !slices.Equal(got, []string{"scratch"}) {
		t.Errorf("it starts from %v, want scratch", got)
	}
	if user := arguments["user"]; len(user) != 1 || strings.HasPrefix(user[0], "0") || strings.Trim(user[0], "0123456789:") != "" {
		t.Errorf("it runs as %v, want a numeric user that is not root", user)
	}
	if got := arguments["entrypoint"]; !slices.Equal(got, []string{"/outscale-sim"}) {
		t.Errorf("the entry point is %v", got)
	}

	dir, version := snapshot(t)
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		copied := map[string]string{}
		for _, node := range copies {
			source, _, err := shell.NewLex('\\').ProcessWord(node.Next.Value, shell.EnvsFromSlice([]string{"TARGETPLATFORM=" + platform}))
			must(t, err)
			path := filepath.Join(root(t), "dist", "image", source)
			if _, err := os.Stat(path); err != nil {
				t.Errorf("line %d copies %s for %s: %v", node.StartLine, node.Next.Value, platform, err)
				continue
			}
			copied[node.Next.Next.Value] = path
		}
		_, want := binary(t, filepath.Join(dir, simulator+"_"+version+"_"+strings.ReplaceAll(platform, "/", "_")+".zip"))
		if path := copied["/outscale-sim"]; path == "" || !bytes.Equal(read(t, path), want) {
			t.Errorf("/outscale-sim of the image for %s is not the one of the archive", platform)
		}
	}

	// The program accepts the command of the image.
	if got := arguments["cmd"]; len(got) == 0 || got[0] != "serve" {
		t.Errorf("the command is %v", got)
	}
}
