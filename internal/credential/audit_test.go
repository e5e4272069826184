package credential

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// accountOf is an account of root's key, three users and their keys, one of which nobody finished.
func accountOf(f *fake) {
	soon, late := auditDay.Add(24*time.Hour), auditDay.Add(1000*time.Hour)
	f.users = []api.User{{ID: "U2", Name: "bob"}, {ID: "U1", Name: "alice"}, {ID: "U3", Name: "carol"}}
	f.keys = []fakeKey{
		{"", api.AccessKey{ID: "ROOT", State: "ACTIVE"}},
		{"bob", api.AccessKey{ID: "BOB1", State: "ACTIVE", ExpirationDate: &late}},
		{"alice", api.AccessKey{ID: "ALICE1", State: "INACTIVE", ExpirationDate: &soon}},
		{"bob", api.AccessKey{ID: "BOB2", State: "ACTIVE", Tag: markerPrefix + "1", ExpirationDate: &soon}},
	}
}

func audit(f *fake) (Account, error) {
	return New(f, Options{Now: func() time.Time { return auditDay }}).Account(context.Background())
}

func told(a Account) []string {
	var lines []string
	for _, key := range a.Keys {
		line := key.UserName + "/" + key.UserID + "/" + key.ID
		if key.OverCeiling {
			line += " over"
		}
		if key.Unfinished() {
			line += " unfinished"
		}
		lines = append(lines, line)
	}
	return lines
}

func TestAccountListsEveryOwnerOnce(t *testing.T) {
	f := &fake{policy: api.AccessPolicy{KeyLifetime: 720 * time.Hour}}
	accountOf(f)
	a, err := audit(f)
	if err != nil || !a.Users || !a.Root || a.Ceiling == nil || *a.Ceiling != 720*time.Hour {
		t.Fatalf("got %+v, %v", a, err)
	}
	if got, want := told(a), []string{"//ROOT over", "alice/U1/ALICE1", "bob/U2/BOB1 over", "bob/U2/BOB2 unfinished"}; !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
	if f.count("ReadAccessKeys") != 4 || f.count("ReadUsers") != 1 || f.count("ReadApiAccessPolicy") != 1 {
		t.Errorf("calls: %v", f.actions())
	}
}

// TestAUserWhoAuditsSeesItsOwnKeysOnce, and the root account's not at all.
func TestAUserWhoAuditsSeesItsOwnKeysOnce(t *testing.T) {
	f := &fake{}
	accountOf(f)
	f.keys[0] = fakeKey{"", f.keys[1].AccessKey} // what the caller, bob, lists without a name
	a, err := audit(f)
	if err != nil || a.Root || !a.Users || a.Ceiling == nil || *a.Ceiling != 0 {
		t.Fatalf("got %+v, %v", a, err)
	}
	if got, want := told(a), []string{"alice/U1/ALICE1", "bob/U2/BOB1", "bob/U2/BOB2 unfinished"}; !slices.Equal(got, want) {
		t.Errorf("keys %v, want %v", got, want)
	}
}

func TestAnAuditWithoutRights(t *testing.T) {
	refuse := func(actions ...string) func(call) error {
		return func(c call) error {
			if slices.Contains(actions, c.action) {
				return refusal(403, "4")
			}
			if c.read.UserName == "carol" {
				return refusal(400, "5098") // deleted meanwhile
			}
			return nil
		}
	}
	for what, c := range map[string]struct {
		before func(call) error
		keys   int
		users  bool
		fails  bool
	}{
		"to the policy and the users": {refuse("ReadApiAccessPolicy", "ReadUsers"), 1, false, false},
		"to the policy":               {refuse("ReadApiAccessPolicy"), 4, true, false},
		"to keys":                     {refuse("ReadAccessKeys"), 0, false, true},
		"to a user's keys": {func(c call) error {
			if c.read.UserName == "bob" {
				return refusal(403, "4")
			}
			return nil
		}, 0, false, true},
		"with users that cannot be read now": {func(c call) error {
			if c.action == "ReadUsers" {
				return refusal(500, "0")
			}
			return nil
		}, 0, false, true},
	} {
		t.Run(what, func(t *testing.T) {
			f := &fake{before: c.before, policy: api.AccessPolicy{KeyLifetime: time.Hour}}
			accountOf(f)
			a, err := audit(f)
			if len(a.Keys) != c.keys || a.Users != c.users || (err != nil) != c.fails {
				t.Errorf("got %+v, %v", a, err)
			}
			for _, key := range a.Keys {
				if key.OverCeiling {
					t.Errorf("%s is over a ceiling that nobody knows", key.ID)
				}
			}
		})
	}
}
