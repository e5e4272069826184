// Package workflows_test checks rules for .github that actionlint does not check: least privilege, and the members that
// GitHub requires of issue forms.
package workflows_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

type workflow struct {
	On          yaml.Node         `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]job    `yaml:"jobs"`
}

type job struct {
	Environment string            `yaml:"environment"`
	Permissions map[string]string `yaml:"permissions"`
	Timeout     int               `yaml:"timeout-minutes"`
	Steps       []step            `yaml:"steps"`
}

type step struct {
	Uses string         `yaml:"uses"`
	Run  string         `yaml:"run"`
	With map[string]any `yaml:"with"`
	Env  map[string]any `yaml:"env"`
}

// files returns the YAML files of a folder of .github. It fails if there are none.
func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("../../.github", folder, "*.yml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files in .github/%s: %v", folder, err)
	}
	found := map[string][]byte{}
	for _, path := range paths {
		if found[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	list := map[string]workflow{}
	for name, content := range files(t, "workflows") {
		var w workflow
		if err := yaml.Unmarshal(content, &w); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list[name] = w
	}
	return list
}

// pinned matches a commit and, in a comment for people and for Renovate, its version.
var pinned = regexp.MustCompile(`^\s*(- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func TestWorkflows_actionsArePinned(t *testing.T) {
	commits := map[string]string{}
	for name, content := range files(t, "workflows") {
		for line := range strings.Lines(string(content)) {
			line = strings.TrimRight(line, "\n")
			_, use, found := strings.Cut(line, "uses: ")
			if !found {
				continue
			}
			if !pinned.MatchString(line) {
				t.Errorf("%s: not pinned to a commit with its version: %s", name, strings.TrimSpace(line))
			}
			action, _, _ := strings.Cut(use, "@")
			if other := commits[action]; other != "" && other != use {
				t.Errorf("%s: %s, elsewhere %s", name, use, other)
			}
			commits[action] = use
		}
	}
}

// allowed has the jobs that may write, with their permissions.
var allowed = map[string][]string{
	"release.yml/attest":  {"attestations", "id-token"},
	"release.yml/publish": {"contents"},
	"release.yml/image":   {"attestations", "id-token", "packages"},
}

// A workflow gives no permissions to all of its jobs. A job that may write is in allowed, and does not have the signing key.
func TestWorkflows_leastPrivilege(t *testing.T) {
	for name, w := range workflows(t) {
		if w.Permissions == nil || len(w.Permissions) > 0 {
			t.Errorf("%s: want `permissions: {}`, each job asks for its own", name)
		}
		for id, j := range w.Jobs {
			var writes []string
			for what, how := range j.Permissions {
				if how == "write" {
					writes = append(writes, what)
				}
			}
			slices.Sort(writes)
			if !slices.Equal(writes, allowed[name+"/"+id]) {
				t.Errorf("%s: job %s may write %v, want %v", name, id, writes, allowed[name+"/"+id])
			}
			if j.Permissions == nil || j.Timeout == 0 {
				t.Errorf("%s: job %s lacks permissions or a time limit", name, id)
			}
			for _, s := range j.Steps {
				checkStep(t, name+"/"+id, j, s, len(writes) > 0)
			}
		}
	}
}

func checkStep(t *testing.T, where string, j job, s step, writes bool) {
	t.Helper()
	if strings.Contains(s.Run, "${{") {
		t.Errorf("%s: an expression inside of a script can be code: give it in env\n%s", where, s.Run)
	}
	if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
		t.Errorf("%s: checkout leaves the token on disk: persist-credentials: false", where)
	}
	for name, value := range s.Env {
		if text, _ := value.(string); strings.Contains(text, "secrets.") && (writes || j.Environment == "") {
			t.Errorf("%s: %s is a secret: only a job with an environment and without write permissions may have it", where, name)
		}
	}
}

// Only the workflow for tags has the GPG key. No workflow that a pull request starts names a secret.
func TestWorkflows_secretsOnlyForTags(t *testing.T) {
	for name, content := range files(t, "workflows") {
		if name != "release.yml" && strings.Contains(string(content), "secrets.") {
			t.Errorf("%s names a secret", name)
		}
		if strings.Contains(string(content), "pull_request_target") {
			t.Errorf("%s: pull_request_target runs foreign code with this repository's rights", name)
		}
	}
}

// A form has a name, a description, and fields with an id and a label. It asks the user to check that it has no secret.
func TestIssueForms_fields(t *testing.T) {
	for name, content := range files(t, "ISSUE_TEMPLATE") {
		if name == "config.yml" {
			continue
		}
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID   string
				Attributes map[string]any
			}
		}
		if err := yaml.Unmarshal(content, &form); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if form.Name == "" || form.Description == "" || len(form.Body) == 0 {
			t.Errorf("%s lacks a name, a description or a body", name)
		}
		seen := map[string]bool{}
		for _, field := range form.Body {
			if field.Type == "markdown" {
				continue
			}
			if field.ID == "" || seen[field.ID] || field.Attributes["label"] == nil {
				t.Errorf("%s: a field lacks an id of its own or a label: %+v", name, field)
			}
			seen[field.ID] = true
		}
		if !seen["no-secret"] {
			t.Errorf("%s does not ask whether a secret is in it", name)
		}
	}
}
