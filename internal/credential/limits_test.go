package credential

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func TestTheCeilingIsAskedOnce(t *testing.T) {
	now := time.Now()
	f := &fake{policy: api.AccessPolicy{KeyLifetime: 720 * time.Hour}}
	k := New(f, Options{Now: func() time.Time { return now }})
	for range 2 {
		if got, err := k.Ceiling(context.Background()); err != nil || got != 720*time.Hour {
			t.Errorf("got %v, %v", got, err)
		}
		now = now.Add(time.Hour)
	}
	if n := f.count("ReadApiAccessPolicy"); n != 1 {
		t.Errorf("asked %d times in a long run", n)
	}
}

func TestACeilingThatMayNotBeReadIsNone(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		fails  bool
	}{{403, "4", false}, {401, "5", false}, {400, "5011", false}, {500, "0", true}, {401, "1", true}} {
		f := &fake{before: func(call) error { return refusal(c.status, c.code) }}
		k := f.keeper(t)
		for range 2 {
			if got, err := k.Ceiling(context.Background()); got != 0 || (err != nil) != c.fails {
				t.Errorf("%d/%s: %v, %v", c.status, c.code, got, err)
			}
		}
		if n := f.count("ReadApiAccessPolicy"); n != 1 {
			t.Errorf("%d/%s: asked %d times", c.status, c.code, n)
		}
	}
}

func TestWhatAnOwnerHolds(t *testing.T) {
	noUsers := func(c call) error {
		if c.action == "ReadUsers" {
			return refusal(403, "4")
		}
		if c.read.UserName == "nobody" {
			return refusal(400, "5098")
		}
		return nil
	}
	for what, c := range map[string]struct {
		owner  Owner
		before func(call) error
		name   string
		keys   int
		fails  bool
		calls  []string
	}{
		"the caller":                    {name: "", keys: 1, calls: []string{"ReadAccessKeys"}},
		"by name":                       {owner: Owner{UserName: "alice"}, name: "alice", keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"by id":                         {owner: Owner{UserID: "U1"}, name: "alice", keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"a name to come":                {owner: Owner{UserName: "carol"}, name: "carol", calls: []string{"ReadUsers"}},
		"by name, users not readable":   {owner: Owner{UserName: "alice"}, before: noUsers, name: "alice", keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"to come, users not readable":   {owner: Owner{UserName: "nobody"}, before: noUsers, name: "nobody", calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"by id, users not readable":     {owner: Owner{UserID: "U1"}, before: noUsers, fails: true, calls: []string{"ReadUsers"}},
		"users that cannot be read now": {owner: Owner{UserName: "alice"}, before: func(call) error { return refusal(500, "0") }, fails: true, calls: []string{"ReadUsers"}},
	} {
		t.Run(what, func(t *testing.T) {
			f := &fake{users: []api.User{{ID: "U1", Name: "alice"}}}
			f.add("", "", nil)
			f.add("alice", "", nil)
			f.add("alice", "", nil)
			f.before = c.before
			name, keys, err := f.keeper(t).Holds(context.Background(), c.owner)
			if name != c.name || len(keys) != c.keys || (err != nil) != c.fails {
				t.Errorf("got %q, %v, %v", name, keys, err)
			}
			if got := f.actions(); !slices.Equal(got, c.calls) {
				t.Errorf("calls %v, want %v", got, c.calls)
			}
		})
	}
}
