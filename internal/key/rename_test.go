package key

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// The owner is renamed while a key is created for it. The key is finished under the new name. If the answer was lost, the
// key is found and removed under the new name, even if another user has the old name. An owner that is gone has no keys.
func TestCreate_ownerRenamed(t *testing.T) {
	byID, byName := Owner{UserID: "U"}, bob
	for name, c := range map[string]struct {
		owner    Owner
		when     string // the rename comes after the first call of this action
		taken    bool   // the old name is another user's
		gone     bool   // there is no rename: the owner is deleted, and its key before
		answered bool   // no answer is lost
	}{
		"while it is created":      {owner: byID, when: "CreateAccessKey"},
		"and its name is taken":    {owner: byID, when: "CreateAccessKey", taken: true},
		"after it was found":       {owner: byID, when: "ReadAccessKeys"},
		"while it is deactivated":  {owner: byID, when: "UpdateAccessKey"},
		"and it is gone":           {owner: byID, when: "CreateAccessKey", gone: true},
		"before it is finished":    {owner: byID, when: "CreateAccessKey", answered: true},
		"by name, while created":   {owner: byName, when: "CreateAccessKey"},
		"by name, before finished": {owner: byName, when: "CreateAccessKey", answered: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{Users: []api.User{{ID: "U", Name: "bob"}}}
			f.Before = f.CheckNames
			f.After = func(call apitest.Call) error {
				if call.Action == c.when && call.N == 1 {
					if c.gone {
						f.Users, f.Keys = nil, nil
					} else {
						f.Rename("U", "robert", c.taken)
					}
				}
				if call.Action == "CreateAccessKey" && call.N == 1 && !c.answered {
					return apitest.Cut()
				}
				return nil
			}
			made, err := service(f).Create(bg, Spec{Owner: c.owner, State: Active, Expires: from(day)}, CreateOptions{})
			if c.gone {
				if !domain.IsUserGone(err) || made.Key.ID != "" {
					t.Errorf("%v, key %q", err, made.Key.ID)
				}
				return
			}
			if err != nil || len(made.Warnings) > 0 || made.Key.UserName != "robert" || len(f.Keys) != 1 || f.Keys[0].ID != made.Key.ID || f.Keys[0].Owner != "robert" {
				t.Errorf("%v, warnings %v, %v of %q; at the API: %v, calls %v", err, made.Warnings, made.Key, made.Key.UserName, f.Keys, f.Actions())
			}
		})
	}
}

// The owner is renamed after the shared read of users. A key whose owner has an id is found, even in the middle of a change.
func TestChange_ownerRenamed(t *testing.T) {
	o := Owner{UserID: "U"}
	start := func() (*apitest.Fake, *Service, Key) {
		f := &apitest.Fake{Users: []api.User{{ID: "U", Name: "bob"}}}
		key := keyOf("bob", f.Add("bob", "", nil))
		s := service(f)
		if _, err := s.Read(bg, o, key.ID, Identity{}); err != nil {
			t.Fatal(err)
		}
		f.Rename("U", "robert", false)
		return f, s, key
	}
	f, s, key := start()
	if err := s.Revoke(bg, o, key); err != nil || len(f.Keys) != 0 {
		t.Errorf("Revoke: %v, keys %v", err, f.Keys)
	}
	_, s, key = start()
	if got, err := s.Update(bg, key, Spec{Owner: o, State: Inactive}); err != nil || got.UserName != "robert" || got.State != Inactive {
		t.Errorf("Update: %v %v", got.UserName, err)
	}
	_, s, key = start()
	if got, err := s.Update(bg, key, Spec{Owner: o, Tag: "x"}); err != nil || got.UserName != "robert" || got.Tag != "x" {
		t.Errorf("Update without a state: %v %v", got.UserName, err)
	}
}
