package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// root is the project's folder, seen from this package.
const root = "../.."

// files returns the paths of all files below the root whose name matches. It leaves out builds and templates. The links of a
// template are checked in the page that is made from it.
func files(t *testing.T, matches func(name string) bool) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "bin" || entry.Name() == ".git" || entry.Name() == "templates") {
			return filepath.SkipDir
		}
		if !entry.IsDir() && matches(entry.Name()) {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("no files found")
	}
	return found
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	links    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
	fences   = regexp.MustCompile("(?ms)^ *```.*?^ *```")
)

// anchor returns the anchor that GitHub and the registries give a heading.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// TestLinks_resolve follows every relative link of every page to a file, and to a heading in it.
func TestLinks_resolve(t *testing.T) {
	for _, page := range files(t, func(name string) bool { return strings.HasSuffix(name, ".md") }) {
		text := fences.ReplaceAllString(read(t, page), "")
		for _, link := range links.FindAllStringSubmatch(text, -1) {
			target, fragment, _ := strings.Cut(link[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			path := page
			if target != "" {
				path = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, link[1])
				continue
			}
			if fragment != "" && !hasAnchor(fences.ReplaceAllString(read(t, path), ""), fragment) {
				t.Errorf("%s links to %s, which has no such heading", page, link[1])
			}
		}
	}
}

func hasAnchor(text, fragment string) bool {
	for _, heading := range headings.FindAllStringSubmatch(text, -1) {
		if anchor(heading[1]) == fragment {
			return true
		}
	}
	return strings.Contains(text, `<a id="`+fragment+`">`)
}

var (
	assumption = regexp.MustCompile(`\bA[0-9]{1,2}\b`)
	citation   = regexp.MustCompile(`\b(reference|platform)(?:\.md)?,\s+(?://\s*)?section\s+([0-9]+(?:\.[0-9]+)?)`)
)

// TestCitations_resolve checks that every assumption and section that a comment or a page cites exists in docs/dev.
func TestCitations_resolve(t *testing.T) {
	assumptions := read(t, filepath.Join(root, "docs/dev/assumptions.md"))
	sections := map[string]string{
		"reference": read(t, filepath.Join(root, "docs/dev/reference.md")),
		"platform":  read(t, filepath.Join(root, "docs/dev/platform.md")),
	}
	cited := 0
	sources := files(t, func(name string) bool {
		return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md")
	})
	for _, path := range sources {
		text := read(t, path)
		for _, number := range assumption.FindAllString(text, -1) {
			if cited++; !strings.Contains(assumptions, "\n| "+number+" | ") {
				t.Errorf("%s cites the assumption %s, which docs/dev/assumptions.md does not have", path, number)
			}
		}
		for _, found := range citation.FindAllStringSubmatch(text, -1) {
			cited++
			section := regexp.MustCompile(`(?m)^#{2,3} ` + regexp.QuoteMeta(found[2]) + `\.? `)
			if !section.MatchString(sections[found[1]]) {
				t.Errorf("%s cites %s, section %s, which docs/dev/%s.md does not have", path, found[1], found[2], found[1])
			}
		}
	}
	if cited < 100 {
		t.Errorf("found %d citations; the search is broken", cited)
	}
}
