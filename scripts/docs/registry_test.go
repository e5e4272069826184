package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// isPublished reports whether a registry shows a page.
func isPublished(path string) bool {
	below, err := filepath.Rel(filepath.Join(root, "docs"), path)
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(filepath.ToSlash(below), "/")
	return slices.Contains(published, first)
}

// TestLinks_published: pages that a registry shows link to each other only.
func TestLinks_published(t *testing.T) {
	pages := files(t, func(name string) bool { return strings.HasSuffix(name, ".md") })
	pages = slices.DeleteFunc(pages, func(page string) bool { return !isPublished(page) })
	if len(pages) < 20 {
		t.Fatalf("found %d published pages", len(pages))
	}
	for _, page := range pages {
		for _, link := range links.FindAllStringSubmatch(fences.ReplaceAllString(read(t, page), ""), -1) {
			target, _, _ := strings.Cut(link[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			if !isPublished(filepath.Join(filepath.Dir(page), target)) {
				t.Errorf("%s links to %s, which no registry has", page, link[1])
			}
		}
	}
}

const repository = "github.com/outscale-access/terraform-provider-outscale"

var (
	ownFiles = regexp.MustCompile(regexp.QuoteMeta(repository) + `/(?:blob|tree)/main/([^)\s#"]+)`)
	ownPages = regexp.MustCompile(`(?:registry\.terraform\.io/providers|search\.opentofu\.org/provider)/outscale-access/outscale/latest/docs/([^)\s#"]+)`)
)

// TestLinks_own: the targets of absolute links to the project's own files and pages exist.
func TestLinks_own(t *testing.T) {
	for _, page := range files(t, func(name string) bool { return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".go") }) {
		text := read(t, page)
		for _, link := range ownFiles.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, link[1])); err != nil && filepath.Base(page) != "registry_test.go" {
				t.Errorf("%s links to %s, which does not exist", page, link[0])
			}
		}
		for _, link := range ownPages.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(root, "docs", link[1]+".md")); err != nil && filepath.Base(page) != "registry_test.go" {
				t.Errorf("%s links to %s, which does not exist", page, link[0])
			}
		}
	}
}

var configurations = regexp.MustCompile("(?ms)^( *)```(?:terraform|hcl)\n(.*?)^ *```")

// TestConfigurations_formatted: configurations in pages are formatted as terraform fmt and tofu fmt do. make check runs both
// commands on the files of examples/.
func TestConfigurations_formatted(t *testing.T) {
	checked := 0
	for _, page := range files(t, func(name string) bool { return strings.HasSuffix(name, ".md") }) {
		for _, found := range configurations.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(found[2], `"access_key01"`) || strings.Contains(found[2], `"access_key_eim01"`) {
				continue // the examples of the official page, word for word
			}
			config := regexp.MustCompile("(?m)^"+found[1]).ReplaceAllString(found[2], "")
			checked++
			if got := string(hclwrite.Format([]byte(config))); got != config {
				t.Errorf("%s has a configuration that is not formatted; it should be\n%s", page, got)
			}
		}
	}
	if checked < 20 {
		t.Errorf("found %d configurations", checked)
	}
}

var action = regexp.MustCompile(`"api:([A-Za-z]+)"`)

// TestExamples_actions: every action that an example allows is in the official description of the API.
func TestExamples_actions(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/outscale/osc-sdk-go/v3").Output()
	if err != nil {
		t.Fatal(err)
	}
	description := read(t, filepath.Join(strings.TrimSpace(string(out)), "pkg", "osc", "api.yaml"))
	found := 0
	for _, file := range files(t, func(name string) bool { return strings.HasSuffix(name, ".tf") }) {
		for _, a := range action.FindAllStringSubmatch(read(t, file), -1) {
			if found++; !strings.Contains(description, "operationId: "+a[1]+"\n") {
				t.Errorf("%s allows %s, which is not an action", file, a[0])
			}
		}
	}
	if found < 100 {
		t.Errorf("found %d actions", found)
	}
}

// TestIndex_everything: the provider's page links to every other page that a registry shows.
func TestIndex_everything(t *testing.T) {
	index := read(t, filepath.Join(root, "docs", "index.md"))
	for _, page := range files(t, func(name string) bool { return strings.HasSuffix(name, ".md") }) {
		below, err := filepath.Rel(filepath.Join(root, "docs"), page)
		if err != nil || !isPublished(page) || below == "index.md" {
			continue
		}
		if !strings.Contains(index, "("+filepath.ToSlash(below)+")") {
			t.Errorf("docs/index.md does not link to %s: add it to templates/index.md.tmpl", below)
		}
	}
}
