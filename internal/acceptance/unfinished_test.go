package acceptance_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const unfinished = "Warning: Unfinished access key found"

// leftBehind makes the user alice and, for her or for the caller, what a killed run leaves: a key under a marker. It
// returns alice's id and the words in which the key must be told of.
func leftBehind(w *World, userName string) (aliceID string, said []string) {
	hand, expires := w.API(), w.Simulator.Now().Add(365*day)
	alice, err := hand.CreateUser(context.Background(), api.CreateUserInput{UserName: "alice"})
	w.Must(err)
	key, err := hand.CreateAccessKey(context.Background(), api.CreateAccessKeyInput{UserName: userName, Tag: "terraform-unfinished-by-hand", ExpirationDate: &expires})
	w.Must(err)
	w.Must(w.Simulator.Advance(time.Hour))
	remove := "oapi-cli DeleteAccessKey --AccessKeyId " + key.ID
	if userName != "" {
		remove += " --UserName " + userName
	}
	return alice.ID, []string{unfinished, key.ID, " is 60 minutes old and ACTIVE", "terraform-unfinished-by-hand", remove}
}

// told checks that a run tells of the key once, and what it read for that.
func told(t *testing.T, what string, r Result, said []string, mark *Mark, reads int) {
	t.Helper()
	r.Contains(t, said...)
	if n := strings.Count(r.Output, unfinished); n != 1 {
		t.Errorf("%s tells %d times", what, n)
	}
	if n := mark.Count("ReadAccessKeys"); n > reads {
		t.Errorf("%s read keys %d times, want %d at most", what, n, reads)
	}
	mark.Move()
}

// TestAnUnfinishedKeyIsToldOfByTheNextCreate: also when it is the only key of its owner, so that no state has a key of
// that owner to be read. A plan tells, the apply of a saved plan, which may be all that somebody sees, and later plans;
// with the reads that the limits of the account cost anyway.
func TestAnUnfinishedKeyIsToldOfByTheNextCreate(t *testing.T) {
	t.Parallel()
	for kind, block := range map[string]func(...string) string{
		"access key": func(arguments ...string) string { return Key("this", arguments...) }, "rotating": monthly,
	} {
		for owner, argument := range map[string]string{"alice": `user_name = "alice"`, "alice by id": "user_id = %q", "": ""} {
			t.Run(kind+" of "+owner, func(t *testing.T) {
				t.Parallel()
				w := New(t)
				name, _, _ := strings.Cut(owner, " ")
				id, said := leftBehind(w, name)
				if strings.Contains(argument, "%") {
					argument = fmt.Sprintf(argument, id)
				}
				s := w.Workspace(block(argument))
				mark := w.Mark()
				told(t, "a plan", s.Must("plan", "-out=saved", "-input=false", "-no-color"), said, mark, 1)
				// The first key of a pair is made after a look at the API's clock.
				told(t, "an apply", s.Must("apply", "-input=false", "-no-color", "saved"), said, mark, 1)
				told(t, "a later plan", s.EmptyPlan(), said, mark, 1)
			})
		}
	}
}

// TestAnUnfinishedKeyIsToldOfWhenTheOwnerChanges: what the CLI is told of the new key's plan alone, it throws away.
func TestAnUnfinishedKeyIsToldOfWhenTheOwnerChanges(t *testing.T) {
	t.Parallel()
	for kind, block := range map[string]func(...string) string{
		"access key": func(arguments ...string) string { return Key("this", arguments...) }, "rotating": monthly,
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(block())
			s.Apply()
			_, said := leftBehind(w, "alice")
			s.Write(block(`user_name = "alice"`))
			mark := w.Mark()
			r := s.Run("plan", "-input=false", "-no-color")
			r.Contains(t, "must be replaced")
			told(t, "a plan", r, said, mark, 2)
		})
	}
}

// TestAnUnfinishedKeyIsToldOfByARunScopedOne, for one read an owner in a process.
func TestAnUnfinishedKeyIsToldOfByARunScopedOne(t *testing.T) {
	t.Parallel()
	for _, owner := range []string{"alice", ""} {
		t.Run("of "+owner, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			_, said := leftBehind(w, owner)
			var argument string
			if owner != "" {
				argument = fmt.Sprintf("user_name = %q", owner)
			}
			s := w.Workspace(runKey(argument) + strings.ReplaceAll(ephemeralKey(argument), `"run"`, `"more"`))
			mark := w.Mark()
			r := s.Must("plan", "-input=false", "-no-color")
			if n := mark.Count("CreateAccessKey"); n != 2 {
				t.Fatalf("%d keys were made", n)
			}
			told(t, "a plan", r, said, mark, 1)
		})
	}
}

// TestAKeyThatACutOffRunSwitchedOffIsToldOf: the run could not know that the state has it. It is not switched on again
// without being asked (a key stays as it is found), so that the plan must say it.
func TestAKeyThatACutOffRunSwitchedOffIsToldOf(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this", date("2040-01-01")))
	s.Apply()
	made, tag := w.OnlyKey(), "terraform-unfinished-0123456789abcdef0123456789abcdef"
	_, err := w.API().UpdateAccessKey(context.Background(), api.UpdateAccessKeyInput{
		ID: made.AccessKeyID, State: "INACTIVE", ExpirationDate: made.ExpirationDate, Tag: &tag,
	})
	w.Must(err)
	s.Plan().Contains(t, "Warning: Access key was switched off by an earlier run", made.AccessKeyID, "Write `state = \"ACTIVE\"`", "1 to change")
	s.Write(Key("this", date("2040-01-01"), `state = "ACTIVE"`))
	s.Apply()
	s.EmptyPlan().Lacks(t, "switched off")
	if now := w.OnlyKey(); now.State != "ACTIVE" || Tag(now) != "" {
		t.Errorf("the key is %s with the tag %q", now.State, Tag(now))
	}
}

// TestEachUnfinishedKeyIsNamed: of warnings with the same summary the CLIs show the first and a number.
func TestEachUnfinishedKeyIsNamed(t *testing.T) {
	t.Parallel()
	w := New(t)
	var said []string
	for range 3 {
		key, err := w.API().CreateAccessKey(t.Context(), api.CreateAccessKeyInput{Tag: "terraform-unfinished-by-hand"})
		w.Must(err)
		w.Leaves(key.ID)
		said = append(said, unfinished+": "+key.ID, "oapi-cli DeleteAccessKey --AccessKeyId "+key.ID)
	}
	w.Workspace(Key("this")).Plan().Contains(t, said...)
}
