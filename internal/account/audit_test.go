package account

import (
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// accountOf is an account of root's key, three users and their keys, one of which was not finished.
func accountOf(f *apitest.Fake) *apitest.Fake {
	soon, late := auditDay.Add(24*time.Hour), auditDay.Add(1000*time.Hour)
	f.Users = []api.User{{ID: "U2", Name: "bob"}, {ID: "U1", Name: "alice"}, {ID: "U3", Name: "carol"}}
	f.Keys = []apitest.Key{
		{Owner: "", AccessKey: api.AccessKey{ID: "ROOT", State: "ACTIVE"}},
		{Owner: "bob", AccessKey: api.AccessKey{ID: "BOB1", State: "ACTIVE", ExpirationDate: &late}},
		{Owner: "alice", AccessKey: api.AccessKey{ID: "ALICE1", State: "INACTIVE", ExpirationDate: &soon}},
		{Owner: "bob", AccessKey: api.AccessKey{ID: "BOB2", State: "ACTIVE", Tag: key.NewMarker("1"), ExpirationDate: &soon}},
	}
	return f
}

func audit(f *apitest.Fake) (Report, error) {
	f.Now = func() time.Time { return auditDay }
	accounts, users, keys := services(f, f.Now)
	return accounts.Audit(bg, keys, users)
}

func lines(r Report) []string {
	var lines []string
	for _, k := range r.Keys {
		line := k.UserName + "/" + k.UserID + "/" + k.ID
		if k.OverLifetime {
			line += " over"
		}
		if k.Unfinished() {
			line += " unfinished"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAudit(t *testing.T) {
	f := accountOf(&apitest.Fake{Policy: api.AccessPolicy{KeyLifetime: 720 * time.Hour}})
	r, err := audit(f)
	if err != nil || !r.Users || !r.Root || r.MaxKeyLifetime == nil || *r.MaxKeyLifetime != 720*time.Hour {
		t.Fatalf("got %+v, %v", r, err)
	}
	if got, want := lines(r), []string{"//ROOT over", "alice/U1/ALICE1", "bob/U2/BOB1 over", "bob/U2/BOB2 unfinished"}; !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
	if f.Count("ReadAccessKeys") != 4 || f.Count("ReadUsers") != 1 || f.Count("ReadApiAccessPolicy") != 1 {
		t.Errorf("calls: %v", f.Actions())
	}
}

// An audit by a user lists the user's own keys once, and not those of the root account.
func TestAudit_byUser(t *testing.T) {
	f := accountOf(&apitest.Fake{})
	f.Keys[0] = apitest.Key{Owner: "", AccessKey: f.Keys[1].AccessKey} // what the caller, bob, lists without a name
	r, err := audit(f)
	if err != nil || r.Root || !r.Users || r.MaxKeyLifetime == nil || *r.MaxKeyLifetime != 0 {
		t.Fatalf("got %+v, %v", r, err)
	}
	if got, want := lines(r), []string{"alice/U1/ALICE1", "bob/U2/BOB1", "bob/U2/BOB2 unfinished"}; !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

func TestAudit_withoutRights(t *testing.T) {
	refuse := func(actions ...string) func(apitest.Call) error {
		return func(c apitest.Call) error {
			if slices.Contains(actions, c.Action) {
				return apitest.Refusal(403, "4")
			}
			if c.Read.UserName == "carol" {
				return apitest.Refusal(400, "5098") // the user was deleted after it was listed
			}
			return nil
		}
	}
	for what, c := range map[string]struct {
		before func(apitest.Call) error
		keys   int
		users  bool
		fails  bool
	}{
		"to the policy and the users": {refuse("ReadApiAccessPolicy", "ReadUsers"), 1, false, false},
		"to the policy":               {refuse("ReadApiAccessPolicy"), 4, true, false},
		"to keys":                     {refuse("ReadAccessKeys"), 0, false, true},
		"to a user's keys": {func(c apitest.Call) error {
			if c.Read.UserName == "bob" {
				return apitest.Refusal(403, "4")
			}
			return nil
		}, 0, false, true},
		"with users that cannot be read now": {func(c apitest.Call) error {
			if c.Action == "ReadUsers" {
				return apitest.Refusal(500, "0")
			}
			return nil
		}, 0, false, true},
	} {
		t.Run(what, func(t *testing.T) {
			r, err := audit(accountOf(&apitest.Fake{Before: c.before, Policy: api.AccessPolicy{KeyLifetime: time.Hour}}))
			if len(r.Keys) != c.keys || r.Users != c.users || (err != nil) != c.fails {
				t.Errorf("got %+v, %v", r, err)
			}
			for _, k := range r.Keys {
				if k.OverLifetime {
					t.Errorf("%s is over a limit that nobody knows", k.ID)
				}
			}
		})
	}
}

// An audit has the keys of each owner, and the limit of the account.
func TestAudit_simulator(t *testing.T) {
	w := apitest.NewWorld(t)
	accounts, users, keys := services(w.Client, w.Sim.Now)
	for _, name := range []string{"alice", "bob"} {
		if _, err := w.Client.CreateUser(bg, api.CreateUserInput{UserName: name}); err != nil {
			t.Fatal(err)
		}
	}
	made, err := w.Client.CreateAccessKey(bg, api.CreateAccessKeyInput{UserName: "alice", Tag: "ci"})
	if err != nil {
		t.Fatal(err)
	}
	w.Called()
	r, err := accounts.Audit(bg, keys, users)
	if err != nil || !r.Users || !r.Root || r.MaxKeyLifetime == nil || *r.MaxKeyLifetime != 0 || len(r.Keys) != 2 ||
		r.Keys[0].ID != simtest.RootAccessKey || r.Keys[1].ID != made.ID || r.Keys[1].UserName != "alice" || r.Keys[1].UserID == "" {
		t.Errorf("%+v, %v", r, err)
	}
	w.Cost("an audit", map[string]int{"ReadAccessKeys": 3, "ReadUsers": 1, "ReadApiAccessPolicy": 1})
	if _, err := accounts.Audit(bg, keys, users); err != nil {
		t.Error(err)
	}
	w.Cost("another one in the same process", map[string]int{})
}
