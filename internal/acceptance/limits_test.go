package acceptance_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const day = 24 * time.Hour

// lives is an argument of a key that lives so long from now.
func (l limited) lives(d time.Duration) string {
	return fmt.Sprintf("expiration_date = %q", l.Date(d))
}

// limited is a world whose account lets keys live 30 days.
type limited struct{ *World }

func ceilingOf30Days(t *testing.T) limited {
	t.Helper()
	w := New(t)
	w.Ceiling(30 * day)
	return limited{w}
}

// TestTheCeilingIsSeenAtPlan: too late a date, or none, is an error there, with the latest date; nothing is made.
func TestTheCeilingIsSeenAtPlan(t *testing.T) {
	t.Parallel()
	w := ceilingOf30Days(t)
	s := w.Workspace(Key("this"))
	mark := w.Mark()
	latest := func() string { return w.Simulator.Now().Add(30 * day).UTC().Format("2006-01-02T15:04") }
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("a key without an expiry is planned: %s", r.Output)
	} else {
		r.Contains(t, "Error: Access key would live too long", "There is no `expiration_date`, and the API access policy of the account "+
			"lets no access key live longer than 30 days.", "The latest date that it allows now is "+latest())
	}
	s.Write(Key("this", w.lives(31*day)))
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("a key that lives too long is planned: %s", r.Output)
	} else {
		r.Contains(t, "Error: Access key would live too long", "`expiration_date` is \""+w.Date(31 * day)[:13], "live longer than 30 days", latest())
	}
	if n := mark.Count("ReadApiAccessPolicy"); n != 2 || len(mark.Writes()) > 0 {
		t.Errorf("two plans asked for the policy %d times and wrote %v", n, mark.Writes())
	}

	kept := w.lives(29 * day)
	s.Write(Key("this", kept, `tag = "a"`) + Key("that", kept))
	s.Apply()
	mark.Move()
	s.EmptyPlan()
	if mark.Count("ReadApiAccessPolicy") != 0 || len(mark.Calls()) != 1 {
		t.Errorf("a plan without changes made these calls: %v", actions(mark))
	}
	s.Write(Key("this", kept, `tag = "b"`) + Key("that", kept))
	s.Apply()
	if n := mark.Count("ReadApiAccessPolicy"); n != 0 {
		t.Errorf("a change of the tag asked for the policy %d times", n)
	}
	s.Write(Key("this", `tag = "b"`))
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("an expiry is taken away: %s", r.Output)
	}
	s.Write(Key("this", kept, `tag = "b"`) + Key("that", kept)) // what was applied is planned without a question, and destroyed
	mark.Move()
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if n := mark.Count("ReadApiAccessPolicy"); n != 0 {
		t.Errorf("a destroy asked for the policy %d times", n)
	}
}

// TestADateThatIsNotKnownAtPlanMeetsTheCeilingAtApply, before a key is asked for.
func TestADateThatIsNotKnownAtPlanMeetsTheCeilingAtApply(t *testing.T) {
	t.Parallel()
	w := ceilingOf30Days(t)
	s := w.Workspace(fmt.Sprintf("resource \"terraform_data\" \"date\" {\n  input = %q\n}\n", w.Date(31*day)) +
		Key("this", "expiration_date = terraform_data.date.output"))
	mark := w.Mark()
	if r := s.Plan(); r.Code != 2 {
		t.Fatalf("the plan fails: %s", r.Output)
	}
	s.Run(apply...).Contains(t, "Error: Access key would live too long", "live longer than 30 days")
	if writes := mark.Writes(); len(writes) > 0 {
		t.Errorf("changing calls: %v", writes)
	}
}

// TestWhoMayNotReadThePolicyIsNotStopped, and neither is who uses an API that has none; the API still refuses.
func TestWhoMayNotReadThePolicyIsNotStopped(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]simulator.Fault{
		"the right is missing":  {Kind: faults.Status, Status: http.StatusForbidden, Code: "4"},
		"the action is unknown": {Kind: faults.Status, Status: http.StatusBadRequest, Code: "5011"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ceilingOf30Days(t)
			fault.Action, fault.Probability = "ReadApiAccessPolicy", 1
			w.Fault(fault)()
			s := w.Workspace(Key("this", w.lives(31*day)))
			if r := s.Plan(); r.Code != 2 || strings.Contains(r.Output, "live too long") {
				t.Errorf("the plan ends with %d: %s", r.Code, r.Output)
			}
			s.Run(apply...).Contains(t, "Error: Access key not created", "code 4047")
			if len(w.Keys()) != 0 {
				t.Error("a key is left")
			}
		})
	}
}

// TestAPolicyThatCannotBeReadIsAnError: the API did not say that it allows the key.
func TestAPolicyThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	w := New(t)
	w.Fault(simulator.Fault{Action: "ReadApiAccessPolicy", Kind: faults.Status, Status: http.StatusBadRequest, Code: "4047", Probability: 1})()
	s := w.Workspace(Key("this"))
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("planned: %s", r.Output)
	} else {
		r.Contains(t, "Error: Access key not planned", "Finding out how long the account lets access keys live failed.")
	}
}

func TestARunScopedKeyOverTheCeilingIsNotOpened(t *testing.T) {
	t.Parallel()
	w := New(t)
	w.Ceiling(90 * time.Minute)
	mark := w.Mark()
	s := w.Workspace(runKey(`lifetime = "2h"`) + consumer)
	s.Plan().Contains(t, "Error: Access key would live too long", "`lifetime` is 2 hours", "live longer than 90 minutes")
	if writes := mark.Writes(); len(writes) > 0 {
		t.Errorf("changing calls: %v", writes)
	}
	s.Write(runKey(`lifetime = "1h"`) + consumer)
	s.Apply()
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}

// byHand are keys made by hand for an owner, with tags.
func byHand(w *World, userName string, n int) {
	for i := range n {
		_, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{UserName: userName, Tag: fmt.Sprintf("by hand %d", i)})
		w.Must(err)
	}
}

// TestTheQuotaIsSeenAtPlan: a warning with what is there, and the API's refusal at apply, of which nothing is left.
func TestTheQuotaIsSeenAtPlan(t *testing.T) {
	t.Parallel()
	w := New(t)
	_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: "alice"})
	w.Must(err)
	byHand(w, "alice", 9)
	first := Key("one", `user_name = "alice"`, `expiration_date = "2030-01-01"`)
	s := w.Workspace(first)
	mark := w.Mark()
	s.Plan().Lacks(t, "Too many access keys")
	if got := actions(mark); !slices.Equal(got, []string{"ReadApiAccessPolicy", "ReadUsers", "ReadAccessKeys"}) {
		t.Errorf("the plan of a key made these calls: %v", got)
	}
	s.Apply().Lacks(t, "Too many access keys")

	mark.Move()
	s.Write(first + Key("two", `user_name = "alice"`) + Key("three", `user_name = "alice"`))
	id := s.Attributes("outscale_access_key")["access_key_id"].(string)
	s.Plan().Contains(t, "Warning: Too many access keys for one owner", " of user alice: 10 are there, and this run plans ", " more so far. One owner may have 10.",
		"and one more similar warning elsewhere",
		"- "+id+": ACTIVE, expires on 2030-01-01T00:00:00.000Z", `: ACTIVE, does not expire, tag "by hand 8"`, "2 to add")
	if n := mark.Count("ReadAccessKeys"); n != 1 {
		t.Errorf("the plan read the keys %d times", n)
	}
	mark.Move()
	if r := s.Run(apply...); r.Code != 1 {
		t.Error("a key too many was made")
	} else {
		r.Contains(t, "Error: Access key not created", "The quota of access keys is full", id)
	}
	if n := len(w.Keys()); n != 10 {
		t.Errorf("%d keys are there", n)
	}

	mark.Move()
	s.Write(first)
	s.EmptyPlan().Lacks(t, "Too many access keys")
	if got := actions(mark); !slices.Equal(got, []string{"ReadAccessKeys"}) {
		t.Errorf("a plan without changes made these calls: %v", got)
	}
}

// TestTheQuotaCountsWhatIsPlanned for owners that exist, for the caller, and for a user that is still to be made.
func TestTheQuotaCountsWhatIsPlanned(t *testing.T) {
	t.Parallel()
	w := New(t)
	many := func(n int, owner string) string {
		return fmt.Sprintf("resource \"outscale_access_key\" \"many\" {\n  count = %d\n  %s\n}\n", n, owner)
	}
	for name, c := range map[string]struct {
		config string
		want   string
	}{
		"the caller, room for all": {many(9, ""), ""},
		"the caller":               {many(10, ""), "This would be access key number 11 of the caller: 1 are there, and this run plans 10 more so far."},
		"a new user, room for all": {User("bob", `user_name = "bob"`) + many(10, "user_name = outscale_user.bob.user_name"), ""},
		"a new user":               {User("bob", `user_name = "bob"`) + many(11, "user_name = outscale_user.bob.user_name"), "This would be access key number 11 of user bob: 0 are there, and this run plans 11 more so far."},
		"a user of unknown id":     {User("bob", `user_name = "bob"`) + many(11, "user_id = outscale_user.bob.user_id"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.Workspace(c.config).Plan()
			if c.want == "" {
				r.Lacks(t, "Too many access keys")
			} else {
				r.Contains(t, "Warning: Too many access keys for one owner", c.want)
			}
		})
	}
}

// TestWhatMakingKeysCosts: two calls a key, and once in each process the policy, the users and the owner's keys.
func TestWhatMakingKeysCosts(t *testing.T) {
	t.Parallel()
	w := New(t)
	_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: "alice"})
	w.Must(err)
	several := func(config string) string {
		return config + "resource \"outscale_access_key\" \"several\" {\n  count = 5\n  user_name = \"alice\"\n}\n"
	}
	s, mark := w.Workspace(several("")), w.Mark()
	s.Must("plan", "-out=saved", "-input=false", "-no-color")
	costs(t, mark, calls{"ReadApiAccessPolicy": 1, "ReadUsers": 1, "ReadAccessKeys": 1})
	mark.Move()
	s.Must("apply", "-parallelism=1", "-input=false", "-no-color", "saved")
	costs(t, mark, calls{"ReadApiAccessPolicy": 1, "ReadUsers": 1, "ReadAccessKeys": 1, "CreateAccessKey": 5, "UpdateAccessKey": 5})

	// Where the run makes the owner as well, nobody asks what it holds.
	mark.Move()
	s.Write(several(User("bob", `user_name = "bob"`) + Key("his", "user_id = outscale_user.bob.user_id")))
	s.Must("plan", "-out=saved", "-input=false", "-no-color")
	costs(t, mark, calls{"ReadApiAccessPolicy": 1, "ReadAccessKeys": 1})
	mark.Move()
	s.Must("apply", "-parallelism=1", "-input=false", "-no-color", "saved")
	costs(t, mark, calls{"ReadApiAccessPolicy": 1, "CreateUser": 1, "CreateAccessKey": 1, "UpdateAccessKey": 1})
	mark.Move()
	s.EmptyPlan()
	costs(t, mark, calls{"ReadUsers": 1, "ReadAccessKeys": 2})
}

// TestAReplacedKeyMakesRoomForItself, and needs a place where its new owner has none.
func TestAReplacedKeyMakesRoomForItself(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this", `seal_to = [var.one]`) + variables)
	one, other := AgePair(t), AgePair(t)
	s.Setenv("TF_VAR_one", one.Public)
	s.Setenv("TF_VAR_other", other.Public)
	s.Apply()
	byHand(w, "", 7)
	s.Write(Key("this", `seal_to = [var.other]`) + Key("more", "depends_on = [outscale_access_key.this]") + variables)
	r := s.Plan()
	r.Contains(t, "2 to add, 0 to change, 1 to destroy")
	r.Lacks(t, "Too many access keys")
	byHand(w, "", 1)
	s.Plan().Contains(t, "Warning: Too many access keys for one owner", "This would be access key number 11 of the caller: 10 are there")

	_, err := w.API().CreateUser(context.Background(), api.CreateUserInput{UserName: "alice"})
	w.Must(err)
	byHand(w, "alice", 10)
	s.Write(Key("this", `seal_to = [var.one]`, `user_name = "alice"`) + variables)
	s.Plan().Contains(t, "1 to destroy", "This would be access key number 11 of user alice: 10 are there, and this run plans 1 more so far")
}

// variables are two recipients.
const variables = `
variable "one" { type = string }
variable "other" { type = string }
`

// actions are the calls since the mark.
func actions(m *Mark) []string {
	var names []string
	for _, call := range m.Calls() {
		names = append(names, call.Action)
	}
	return names
}
