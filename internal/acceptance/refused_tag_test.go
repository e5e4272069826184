package acceptance_test

import (
	"encoding/json"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// tooLong is the refusal of one update for the value of its tag.
var tooLong = simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 400, Code: "4106", Times: 1}

// createdUnder are the tags of the calls that made keys since the mark.
func createdUnder(t *testing.T, mark *Mark) (tags []string) {
	t.Helper()
	for _, call := range mark.Calls() {
		var body struct{ Tag string }
		if call.Action != "CreateAccessKey" {
			continue
		}
		if err := json.Unmarshal(call.Body, &body); err != nil {
			t.Fatal(err)
		}
		tags = append(tags, body.Tag)
	}
	return tags
}

// TestARefusedTagIsOneKeysMatter: the key with the tag is not there, and the error names the argument; the keys made after
// it in the same run are made under markers, and their tags can be changed.
func TestARefusedTagIsOneKeysMatter(t *testing.T) {
	t.Parallel()
	for kind, block := range map[string]func(...string) string{
		"access key": func(arguments ...string) string { return Key("this", arguments...) }, "rotating": monthly,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(block(`tag = "long"`) + Key("that", `tag = "good"`))
			w.Fault(tooLong)()
			mark := w.Mark()
			r := s.Run("apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=1")
			r.Contains(t, "Error: Access key not created", "code 4106", "What was refused is `tag`, which is", "nothing of it is left", "or leave it out")
			tags := createdUnder(t, mark)
			if r.Code != 1 || len(tags) != 2 || len(w.Keys()) != 1 {
				t.Fatalf("the apply ended with %d, made %d keys, %d are left", r.Code, len(tags), len(w.Keys()))
			}
			for _, tag := range tags {
				if !strings.HasPrefix(tag, "terraform-unfinished-") {
					t.Errorf("a key was made under the tag %q", tag)
				}
			}
			s.Apply()
			s.EmptyPlan()

			s.Write(block(`tag = "too long"`) + Key("that", `tag = "good"`))
			w.Fault(tooLong)()
			r = s.Run("apply", "-auto-approve", "-input=false", "-no-color")
			r.Contains(t, "Error: Access key not updated", "code 4106", "What was refused is `tag`", "keeps the tag that it has")
			if r.Code != 1 || len(w.Keys()) != 2 {
				t.Errorf("the apply ended with %d, %d keys are left", r.Code, len(w.Keys()))
			}
			s.Apply().Contains(t, "1 changed")
			s.EmptyPlan()
		})
	}
}
