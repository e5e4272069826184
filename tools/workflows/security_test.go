package workflows_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func root(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// SECURITY.md gives a reason for each direct dependency, and for no other module.
func TestSecurity_directDependencies(t *testing.T) {
	var direct, named []string
	for _, found := range regexp.MustCompile(`(?m)^(?:require )?\t?(\S+\.\S+/\S+) v\S+$`).FindAllStringSubmatch(root(t, "go.mod"), -1) {
		direct = append(direct, found[1])
	}
	for _, found := range regexp.MustCompile("(?m)^\\| `([a-z]+\\.[^`]+/[^`]+)` \\| .+ \\| .+ \\|$").FindAllStringSubmatch(root(t, "SECURITY.md"), -1) {
		named = append(named, found[1])
	}
	slices.Sort(direct)
	slices.Sort(named)
	if len(direct) < 10 || !slices.Equal(direct, named) {
		t.Errorf("go.mod requires\n%s\nSECURITY.md names\n%s", strings.Join(direct, "\n"), strings.Join(named, "\n"))
	}
}

// The tests and fuzz targets that the pages name exist.
func TestPages_namedTestsExist(t *testing.T) {
	exist := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, found := range function.FindAllStringSubmatch(string(content), -1) {
			exist[found[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"SECURITY.md", "docs/dev/release.md", "docs/dev/mutations.md"} {
		names := regexp.MustCompile("`((?:Test|Fuzz)\\w+)`").FindAllStringSubmatch(root(t, page), -1)
		if len(names) == 0 {
			t.Errorf("%s names no test", page)
		}
		for _, name := range names {
			if !exist[name[1]] {
				t.Errorf("%s names %s, which does not exist", page, name[1])
			}
		}
	}
}

// go.mod names the tool chain that releases are built with.
func TestSecurity_toolchain(t *testing.T) {
	if !regexp.MustCompile(`(?m)^toolchain go1\.\d+\.\d+$`).MatchString(root(t, "go.mod")) {
		t.Error("go.mod has no toolchain line")
	}
}
