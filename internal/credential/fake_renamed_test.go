package credential

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// The owner, known by its id, is renamed while a key is made for it. The key goes along: it is finished under the new name;
// or, when the answer is lost, found and removed there, also when the old name is another user's by then. An owner that is
// gone has no keys.
func TestCreateForAnOwnerThatIsRenamed(t *testing.T) {
	for name, c := range map[string]struct {
		when  string // the rename comes after the first call of this action
		taken bool   // the old name is another user's
		gone  bool   // there is no rename: the owner is deleted, and its key before
		old   bool   // an API without markers
		heard bool   // no answer is lost
	}{
		"while it is made":                {when: "CreateAccessKey"},
		"while it is made, on an old API": {when: "CreateAccessKey", old: true},
		"and its name is taken":           {when: "CreateAccessKey", taken: true},
		"after it was found":              {when: "ReadAccessKeys"},
		"while it is switched off":        {when: "UpdateAccessKey"},
		"and it is gone":                  {when: "CreateAccessKey", gone: true},
		"before it is finished":           {when: "CreateAccessKey", heard: true},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{users: []api.User{{ID: "U", Name: "bob"}}}
			f.before = func(call call) error {
				named := call.create.UserName + call.read.UserName + call.update.UserName
				if named != "" && !slices.ContainsFunc(f.users, func(u api.User) bool { return u.Name == named }) {
					return refusal(400, "5098")
				}
				return nil
			}
			f.after = func(call call) error {
				if call.action == c.when && call.n == 1 {
					f.renames("U", "robert", c.taken, c.gone)
				}
				if call.action == "CreateAccessKey" && call.n == 1 && !c.heard {
					return cut()
				}
				return nil
			}
			k := f.keeper(t)
			k.legacy.Store(c.old)
			wish := Wish{Owner: Owner{UserID: "U"}, State: Active, Expires: from(day)}
			key, notices, err := k.Create(context.Background(), wish)
			if c.gone {
				if !OwnerIsGone(err) || key.ID != "" {
					t.Errorf("%v, key %q", err, key.ID)
				}
				return
			}
			if err != nil || len(notices) > 0 || key.UserName != "robert" || len(f.keys) != 1 || f.keys[0].ID != key.ID || f.keys[0].owner != "robert" {
				t.Errorf("%v, notices %v, %v of %q; at the API: %v, calls %v", err, notices, key, key.UserName, f.keys, f.actions())
			}
		})
	}
}

// renames gives a user another name, and its keys go along; or deletes it with its keys.
func (f *fake) renames(id, name string, taken, gone bool) {
	i := slices.IndexFunc(f.users, func(u api.User) bool { return u.ID == id })
	had := f.users[i].Name
	if gone {
		f.users, f.keys = nil, nil
		return
	}
	f.users[i].Name = name
	if taken {
		f.users = append(f.users, api.User{ID: "another", Name: had})
	}
	for j := range f.keys {
		if f.keys[j].owner == had {
			f.keys[j].owner = name
		}
	}
}
