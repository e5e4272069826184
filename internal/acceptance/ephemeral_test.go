package acceptance_test

import (
	"slices"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// runKey is a run-scoped key and a second provider that signs with it.
func runKey(arguments ...string) string {
	return `provider "outscale" {
  requests_per_second = 0
}
` + ephemeralKey(arguments...) + `
provider "outscale" {
  alias               = "run"
  requests_per_second = 0
  access_key_id       = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id       = ephemeral.outscale_access_key.run.secret_key
}
`
}

func ephemeralKey(arguments ...string) string {
	return `ephemeral "outscale_access_key" "run" {
  ` + Lines(arguments...) + `}
`
}

// consumer is what the second provider makes.
const consumer = `
resource "outscale_user" "made" {
  provider  = outscale.run
  user_name = "made"
}
`

var apply = []string{"apply", "-auto-approve", "-input=false", "-no-color"}

// pairs are the keys that a command makes with each CLI.
type pairs struct{ terraform, tofu int }

func (p pairs) of(w *World) int {
	if w.Tofu() {
		return p.tofu
	}
	return p.terraform
}

// phases are commands and the keys that each makes, always and with only_when = terraform.applying. OpenTofu leaves out
// of an apply what nothing in it needs; Terraform says during a destroy that it is not applying.
var phases = []struct {
	name             string
	arguments        []string
	always, applying pairs
}{
	{"validate", []string{"validate", "-no-color"}, pairs{0, 0}, pairs{0, 0}},
	{"plan", []string{"plan", "-input=false", "-no-color", "-out=run.tfplan"}, pairs{1, 1}, pairs{0, 0}},
	{"apply of a saved plan", []string{"apply", "-input=false", "-no-color", "run.tfplan"}, pairs{1, 1}, pairs{1, 1}},
	{"apply without changes", apply, pairs{2, 1}, pairs{1, 0}},
	{"plan without changes", []string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, pairs{1, 1}, pairs{0, 0}},
	{"refresh-only", []string{"apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"}, pairs{2, 1}, pairs{1, 0}},
	{"destroy", []string{"destroy", "-auto-approve", "-input=false", "-no-color"}, pairs{3, 3}, pairs{0, 1}},
	{"apply", apply, pairs{2, 2}, pairs{1, 1}},
}

// countPairs checks how many keys were made and deleted since the mark, and that each was deleted before the next was
// made.
func countPairs(t *testing.T, w *World, mark *Mark, command string, want int) {
	t.Helper()
	if made, deleted := mark.Count("CreateAccessKey"), mark.Count("DeleteAccessKey"); made != want || deleted != want {
		t.Errorf("%s made %d keys and deleted %d, want %d", command, made, deleted, want)
	}
	alive := 0
	for _, call := range mark.Calls() {
		switch call.Action {
		case "CreateAccessKey":
			alive++
		case "DeleteAccessKey":
			alive--
		}
		if alive > 1 {
			t.Errorf("%s had %d keys at a time", command, alive)
		}
	}
	if keys := w.Keys(); len(keys) != 0 {
		t.Errorf("%s left %d keys", command, len(keys))
	}
}

// TestARunScopedKeyInEveryPhase counts the keys of each command, as the documentation states them, and looks where the
// secret could have been left.
func TestARunScopedKeyInEveryPhase(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := traced(w, runKey()+consumer)
	want := 0
	for _, phase := range phases {
		mark := w.Mark()
		s.Must(phase.arguments...)
		want += phase.always.of(w)
		countPairs(t, w, mark, phase.name, phase.always.of(w))
		for _, call := range mark.Calls() {
			if call.Action == "CreateUser" && call.AccessKey == w.RootAccessKey {
				t.Error("the user was not made with the run-scoped key")
			}
		}
	}
	if made := len(w.Issued()); made != want {
		t.Fatalf("%d secrets were given out, want %d", made, want)
	}
	s.NoSecretRests(w.RootSecretKey)
}

// TestARunScopedKeyOfAUser: what was asked for is what is made, and its end switches it off first.
func TestARunScopedKeyOfAUser(t *testing.T) {
	t.Parallel()
	w := New(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "alice", Actions: []string{"api:*"}}}
	})
	s := traced(w, User("alice", `user_name = "alice"`))
	s.Apply()
	s.Write(User("alice", `user_name = "alice"`) +
		runKey(`user_id  = outscale_user.alice.user_id`, `lifetime = "30m"`, `tag      = "of the run"`) + consumer)
	mark := w.Mark()
	s.Apply()
	created, err := mark.Body("CreateAccessKey")
	w.Must(err)
	if created["UserName"] != "alice" {
		t.Errorf("made for %v", created["UserName"])
	}
	at, err := time.Parse(time.RFC3339, created["ExpirationDate"].(string))
	w.Must(err)
	if left := at.Sub(w.Simulator.Now()); left > 30*time.Minute || left < 28*time.Minute {
		t.Errorf("made with %s to live, want 30 minutes", left)
	}
	var caller string
	for _, call := range mark.Calls() {
		switch {
		case call.Action == "CreateUser":
			caller = call.Caller
		case call.Action == "UpdateAccessKey" && call.Status != 200:
			t.Errorf("UpdateAccessKey was answered with %d", call.Status)
		}
	}
	if caller != "user:alice" {
		t.Errorf("the key signed as %q", caller)
	}
	if got := mark.Writes(); !slices.Equal(got, []string{
		"CreateAccessKey", "UpdateAccessKey", "UpdateAccessKey", "DeleteAccessKey", // the plan
		"CreateAccessKey", "UpdateAccessKey", "CreateUser", "UpdateAccessKey", "DeleteAccessKey",
	}) {
		t.Errorf("changing calls: %v", got)
	}
	closed, err := mark.Body("UpdateAccessKey")
	w.Must(err)
	if closed["State"] != "INACTIVE" || closed["ExpirationDate"] == nil {
		t.Errorf("switched off with %v", closed)
	}
	if len(w.Keys()) != 0 {
		t.Error("a key is left")
	}
	s.NoSecretRests(w.RootSecretKey)
}

// TestOnlyWhen: no key where none is wanted, with the values null, and no call either.
func TestOnlyWhen(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := traced(w, runKey(`only_when = terraform.applying`)+consumer)
	for _, phase := range phases {
		mark := w.Mark()
		s.Must(phase.arguments...)
		countPairs(t, w, mark, phase.name, phase.applying.of(w))
	}
	s.NoSecretRests(w.RootSecretKey)
	mark := w.Mark()
	s = w.Workspace(ephemeralKey(`only_when = false`) + `
resource "terraform_data" "nothing" {
  lifecycle {
    precondition {
      condition     = ephemeral.outscale_access_key.run.access_key_id == null && ephemeral.outscale_access_key.run.secret_key == null && ephemeral.outscale_access_key.run.expiration_date == null
      error_message = "not null"
    }
  }
}
`)
	s.Apply()
	if len(mark.Calls()) != 0 {
		t.Errorf("%d calls for no key", len(mark.Calls()))
	}
}

// TestWhatCannotBeOpened is said before anything is made.
func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	w := New(t)
	for _, wrong := range []struct {
		arguments, provider string
		said                []string
	}{
		{arguments: `lifetime = "5m"`, said: []string{"Lifetime not usable", "`lifetime` is \"5m\" and must be a time from 10m to 24h"}},
		{arguments: `lifetime = "25h"`, said: []string{"Lifetime not usable"}},
		{arguments: `lifetime = "an hour"`, said: []string{"Lifetime not usable", `"an hour"`}},
		{arguments: `lifetime = ""`, said: []string{"Lifetime not usable"}},
		{arguments: "user_name = \"alice\"\nuser_id = \"AB\"", said: []string{"Invalid Attribute Combination"}},
		{arguments: `user_name = "no spaces"`, said: []string{"must be the name of a user"}},
		{arguments: `user_id = ""`, said: []string{"must be the id of a user"}},
		{provider: "access_key_id = terraform_data.later.output\nsecret_key_id = \"x\"", said: []string{
			"Access key not opened", "The provider block takes `access_key_id` from something that is only known after apply", "`-target`",
		}},
	} {
		s := w.Workspace("provider \"outscale\" {\n" + wrong.provider + "\n}\n" + ephemeralKey(wrong.arguments) + `
resource "terraform_data" "later" {
  input = "A"
}
`)
		r := s.Plan()
		if r.Code != 1 {
			t.Errorf("%s%s: plan ended with %d", wrong.arguments, wrong.provider, r.Code)
		}
		r.Contains(t, wrong.said...)
	}
	if n := len(w.Simulator.Requests()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

// TestAnUnknownArgumentWaits: the plan makes no key for an owner that does not exist yet; apply does.
func TestAnUnknownArgumentWaits(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := traced(w, User("alice", `user_name = "alice"`)+ephemeralKey(`user_id = outscale_user.alice.user_id`))
	mark := w.Mark()
	if r := s.Plan(); r.Code != 2 || mark.Count("CreateAccessKey") != 0 {
		t.Fatalf("plan ended with %d and made %d keys:\n%s", r.Code, mark.Count("CreateAccessKey"), r.Output)
	}
	s.Apply()
	s.EmptyPlan() // OpenTofu left the key, which nothing needs, out of the apply
	if mark.Count("CreateAccessKey") == 0 {
		t.Error("no key was made once the owner was known")
	}
	if len(w.Keys()) != 0 {
		t.Error("a key is left")
	}
	s.NoSecretRests(w.RootSecretKey)
}
