// Package release_test checks a snapshot of a release: `make release-check` builds one and runs these tests on it. They
// are in the module of the release tools because they use libraries that the provider does not need.
package release_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// platforms are the platforms of a release, in the form of the registries.
var platforms = []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"}

const (
	provider  = "terraform-provider-outscale"
	simulator = "outscale-sim"
)

// root is the folder of the repository.
func root(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	must(t, err)
	return path
}

// snapshot returns the folder that scripts/release/build.sh wrote, and the version in it.
func snapshot(t *testing.T) (dir, version string) {
	t.Helper()
	dir = filepath.Join(root(t), "dist", "release")
	found, err := filepath.Glob(filepath.Join(dir, provider+"_*_SHA256SUMS"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("want one snapshot in %s, found %v: run make release-snapshot", dir, found)
	}
	version = regexp.MustCompile(`outscale_(.*)_SHA256SUMS$`).FindStringSubmatch(found[0])[1]
	return dir, version
}

// products are the programs of a release.
var products = []string{provider, simulator, "outscale-keys"}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	must(t, err)
	return content
}

// copyAll copies the files of a folder into a new one, which a test can change.
func copyAll(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	must(t, os.CopyFS(filepath.Join(to, "release"), os.DirFS(from)))
	return filepath.Join(to, "release")
}

// patience is the longest time of one command. The second build of a snapshot takes longest.
const patience = 25 * time.Minute

// run runs a command and returns its output, and whether it failed.
func run(t *testing.T, dir string, env []string, name string, args ...string) (output string, failed error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	failed = cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%s %v took longer than %s:\n%s", name, args, patience, &out)
	}
	return out.String(), failed
}

// succeed runs a command that must not fail.
func succeed(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	output, failed := run(t, dir, env, name, args...)
	if failed != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), failed, output)
	}
	return output
}
