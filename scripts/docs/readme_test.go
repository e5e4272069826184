package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	badge  = regexp.MustCompile(`\[!\[([^\]]+)\]\(https://img\.shields\.io/badge/([^)]+)-blue\)\]`)
	tested = regexp.MustCompile(`(?m)^\| (Terraform|OpenTofu) \| ([0-9.]+) \|`)
)

// TestReadme_badges: each badge agrees with the project's files, in its picture and in its text.
func TestReadme_badges(t *testing.T) {
	versions := map[string][]string{}
	for _, row := range tested.FindAllStringSubmatch(read(t, filepath.Join(root, "docs/dev/release.md")), -1) {
		versions[row[1]] = append([]string{row[2]}, versions[row[1]]...)
	}
	want := map[string]string{}
	for cli, numbers := range versions {
		want[cli+": tested with "+strings.Join(numbers, " and ")] = cli + "-tested_with_" + strings.Join(numbers, "_and_")
	}
	if strings.HasPrefix(strings.TrimSpace(read(t, filepath.Join(root, "LICENSE"))), "Mozilla Public License, version 2.0") {
		want["License: MPL 2.0"] = "license-MPL--2.0"
	}
	found := badge.FindAllStringSubmatch(read(t, filepath.Join(root, "README.md")), -1)
	if len(found) != len(want) || len(found) == 0 {
		t.Errorf("README.md has %d badges, want %d", len(found), len(want))
	}
	for _, b := range found {
		if want[b[1]] != b[2] {
			t.Errorf("README.md has the badge %q (%s), want %v", b[1], b[2], want)
		}
	}
}

// TestReadme_quickStart: the configuration of the quick start is the one in examples, which a test applies.
func TestReadme_quickStart(t *testing.T) {
	config := read(t, filepath.Join(root, "examples/quickstart/main.tf"))
	if !strings.Contains(read(t, filepath.Join(root, "README.md")), "```terraform\n"+config+"```\n") {
		t.Error("README.md does not have examples/quickstart/main.tf word for word")
	}
}

// TestDesign_packages: the picture in DESIGN.md names every package of internal and of internal/provider.
func TestDesign_packages(t *testing.T) {
	design := read(t, filepath.Join(root, "DESIGN.md"))
	for _, folder := range []string{"internal", "internal/provider"} {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if entry.IsDir() && !regexp.MustCompile(`\b`+entry.Name()+`\b`).MatchString(design) {
				t.Errorf("DESIGN.md does not name %s/%s", folder, entry.Name())
			}
		}
	}
}
