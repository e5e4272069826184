package policydoc

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The list of actions is that of the description in the SDK's module. To renew it, write the names that the test finds to
// actions.txt.
func TestActions(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/outscale/osc-sdk-go/v3").Output()
	if err != nil {
		t.Fatal(err)
	}
	description, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "pkg", "osc", "api.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, path := range regexp.MustCompile(`(?m)^  "/([A-Za-z0-9]+)":$`).FindAllSubmatch(description, -1) {
		want = append(want, "api:"+string(path[1]))
	}
	slices.Sort(want)
	if got := Actions(); len(want) < 200 || !slices.Equal(got, want) {
		t.Errorf("%d actions, the description has %d", len(got), len(want))
	}
}

func TestLeast(t *testing.T) {
	used := []string{"api:ReadUsers", "api:ReadAccessKeys", "api:CreateUser", "api:ReadUsers"}
	for patterns, want := range map[string]string{
		"":                    `["api:CreateUser","api:ReadAccessKeys","api:ReadUsers"]`,
		"api:Read* api:Link*": `["api:CreateUser","api:Read*"]`,
	} {
		doc := Least(used, strings.Fields(patterns))
		if got := doc.JSON(); got != `{"Statement":[{"Effect":"Allow","Action":`+want+`,"Resource":["*"]}]}` || doc.Validate() != nil {
			t.Errorf("%q: %s, %v", patterns, got, doc.Validate())
		}
	}
	if err := Least(Actions(), nil).Validate(); err == nil {
		t.Error("a document with every action is not too long")
	}
	if err := Least(nil, nil).Validate(); err == nil {
		t.Error("a document without an action is valid")
	}
}

func TestBeyond(t *testing.T) {
	docs := []Document{
		Least([]string{"api:ReadUsers", "api:ReadAccessKeys", "oks:*"}, nil),
		{Statements: []Statement{{Effect: Allow, Action: []string{"api:CreateU*"}, Resource: []string{"*"}}, {Effect: Deny, Action: []string{"api:CreateUserGroup"}, Resource: []string{"*"}}}},
	}
	got := Beyond(docs, []string{"api:ReadUsers", "api:ReadVms"})
	if !slices.Equal(got.Actions, []string{"api:CreateUser", "api:ReadAccessKeys"}) || !slices.Equal(got.Patterns, []string{"oks:*"}) ||
		!slices.Equal(got.Missing, []string{"api:ReadVms"}) {
		t.Errorf("%+v", got)
	}
	if got := Beyond(docs, []string{"api:ReadUsers", "api:ReadAccessKeys", "api:CreateUser"}); len(got.Actions) > 0 || len(got.Missing) > 0 {
		t.Errorf("nothing is beyond: %+v", got)
	}
}
