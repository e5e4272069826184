package key

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// A key that is not found is gone only in the account, and for the owner, in which it was created.
func TestRead_identity(t *testing.T) {
	byID := Owner{UserID: "U"}
	recorded := Identity{AccountID: "A1", UserID: "U"}
	caller := Identity{AccountID: "A1", Signer: "OLDKEY"}
	type users []api.User
	for name, c := range map[string]struct {
		owner    Owner
		recorded Identity
		account  string // of the caller, "" = A1
		signer   string
		users    users
		keys     map[string]string // owners of keys, by id; "AK" is the key that is read
		fails    string            // an action that is refused with 403
		want     string            // "found", "gone", "mismatch" or "error"
		reads    int               // ReadAccounts
	}{
		"found":                        {owner: byID, recorded: recorded, users: users{{ID: "U", Name: "bob"}}, keys: map[string]string{"AK": "bob"}, want: "found"},
		"gone":                         {owner: byID, recorded: recorded, users: users{{ID: "U", Name: "bob"}}, want: "gone", reads: 1},
		"nothing recorded":             {owner: byID, users: users{{ID: "U", Name: "bob"}}, want: "gone"},
		"another account":              {owner: byID, recorded: recorded, account: "A2", users: users{{ID: "U2", Name: "bob"}}, want: "mismatch", reads: 1},
		"another account, by name":     {owner: bob, recorded: recorded, account: "A2", users: users{{ID: "U2", Name: "bob"}}, want: "mismatch", reads: 1},
		"another account, no user":     {owner: bob, recorded: recorded, account: "A2", want: "mismatch", reads: 1},
		"another account, the caller":  {recorded: caller, account: "A2", want: "mismatch", reads: 1},
		"the account cannot be read":   {owner: byID, recorded: recorded, users: users{{ID: "U", Name: "bob"}}, fails: "ReadAccounts", want: "mismatch", reads: 1},
		"by name":                      {owner: bob, recorded: recorded, users: users{{ID: "U", Name: "bob"}}, want: "gone", reads: 1},
		"by name, renamed":             {owner: bob, recorded: recorded, users: users{{ID: "U", Name: "robert"}}, keys: map[string]string{"AK": "robert"}, want: "found", reads: 1},
		"by name, name taken":          {owner: bob, recorded: recorded, users: users{{ID: "U", Name: "robert"}, {ID: "U2", Name: "bob"}}, keys: map[string]string{"AK": "robert"}, want: "mismatch", reads: 1},
		"by name, name taken, gone":    {owner: bob, recorded: recorded, users: users{{ID: "U", Name: "robert"}, {ID: "U2", Name: "bob"}}, want: "gone", reads: 1},
		"by name, recreated":           {owner: bob, recorded: recorded, users: users{{ID: "U2", Name: "bob"}}, want: "gone", reads: 1},
		"by name, renamed, unknown id": {owner: bob, users: users{{ID: "U", Name: "robert"}}, keys: map[string]string{"AK": "robert"}, want: "found"},
		"by name, users not readable":  {owner: bob, recorded: recorded, users: users{{ID: "U", Name: "bob"}}, fails: "ReadUsers", want: "error", reads: 1},
		"same caller":                  {recorded: caller, signer: "OLDKEY", keys: map[string]string{"OLDKEY": ""}, want: "gone", reads: 1},
		"same caller, another key":     {recorded: caller, signer: "NEWKEY", keys: map[string]string{"OLDKEY": "", "NEWKEY": ""}, want: "gone", reads: 1},
		"root now, a user's key":       {recorded: caller, signer: "ROOTKEY", users: users{{ID: "U", Name: "bob"}}, keys: map[string]string{"AK": "bob", "OLDKEY": "bob", "ROOTKEY": ""}, want: "mismatch", reads: 1},
		"a user now, root's key":       {recorded: caller, signer: "BOBKEY", users: users{{ID: "U", Name: "bob"}}, keys: map[string]string{"BOBKEY": ""}, want: "mismatch", reads: 1},
		"root, and no user has it":     {recorded: caller, signer: "ROOTKEY", users: users{{ID: "U", Name: "bob"}}, keys: map[string]string{"ROOTKEY": ""}, want: "gone", reads: 1},
		"another key, root":            {recorded: caller, users: users{{ID: "U", Name: "bob"}}, want: "gone", reads: 1},
		"the caller is unknown":        {recorded: caller, signer: "NEWKEY", fails: "ReadUsers", want: "mismatch", reads: 1},
		"the caller's, nothing known":  {signer: "NEWKEY", want: "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			f := &apitest.Fake{Signer: c.signer, Users: c.users, Account: c.account}
			if f.Account == "" {
				f.Account = "A1"
			}
			for id, owner := range c.keys {
				f.Keys = append(f.Keys, apitest.Key{Owner: owner, AccessKey: api.AccessKey{ID: id, State: "ACTIVE"}})
			}
			if c.signer == "BOBKEY" { // a user lists its own keys without a name, too
				f.Keys = append(f.Keys, apitest.Key{Owner: "bob", AccessKey: api.AccessKey{ID: "BOBKEY"}})
			}
			f.Before = func(call apitest.Call) error {
				if call.Action == c.fails {
					return apitest.Refusal(403, "4")
				}
				return f.CheckNames(call)
			}
			s := service(f)
			_, err := s.Read(bg, c.owner, "AK", c.recorded)
			if got := kind(err); got != c.want {
				t.Errorf("Read: %s, want %s: %v", got, c.want, err)
			}
			if n := f.Count("ReadAccounts"); n != c.reads {
				t.Errorf("%d ReadAccounts, want %d", n, c.reads)
			}
			if c.want == "mismatch" {
				e := apitest.As[*domain.IdentityMismatchError](t, err)
				if e.Kind != domain.KindAccessKey || e.ID != "AK" || e.Recorded != c.recorded || e.Current == e.Recorded {
					t.Errorf("%+v", e)
				}
			}
			// Changes do the same: a key that may exist does not count as gone.
			err = s.Revoke(bg, c.owner, Key{ID: "AK", UserName: c.owner.UserName, State: Inactive, Identity: c.recorded})
			if got := kind(err); c.want == "mismatch" && got != c.want || c.want == "gone" && err != nil {
				t.Errorf("Revoke: %v", err)
			}
			if c.want != "found" && c.want != "error" {
				_, err = s.Update(bg, Key{ID: "AK", UserName: c.owner.UserName, Identity: c.recorded}, Spec{Owner: c.owner, State: Active})
				if got := kind(err); got != c.want {
					t.Errorf("Update: %s, want %s: %v", got, c.want, err)
				}
			}
		})
	}
}

func kind(err error) string {
	switch {
	case err == nil:
		return "found"
	case domain.IsGone(err):
		return "gone"
	case domain.IsMismatch(err):
		return "mismatch"
	}
	return "error"
}

// The identity of a key that is found is completed with what is known, without a call.
func TestRead_identityCompleted(t *testing.T) {
	f := &apitest.Fake{Account: "A1", Signer: "SIGNER", Users: []api.User{{ID: "U", Name: "bob"}}}
	own, his := f.Add("", "", nil), f.Add("bob", "", nil)
	s := service(f)
	if got, err := s.Read(bg, Owner{}, own.ID, Identity{Signer: "OLDSIGNER"}); err != nil || got.Identity != (Identity{Signer: "SIGNER"}) {
		t.Errorf("%+v, %v", got.Identity, err)
	}
	if got, err := s.Read(bg, bob, his.ID, Identity{}); err != nil || got.Identity != (Identity{}) {
		t.Errorf("%+v, %v", got.Identity, err)
	}
	if f.Count("ReadAccounts")+f.Count("ReadUsers") > 0 {
		t.Errorf("calls %v", f.Actions())
	}
	key, _ := s.Read(bg, bob, his.ID, Identity{})
	if got := s.Identify(bg, key); got != (Identity{AccountID: "A1", UserID: "U"}) {
		t.Errorf("%+v", got)
	}
	if got, err := s.Read(bg, bob, his.ID, Identity{}); err != nil || got.Identity != (Identity{AccountID: "A1", UserID: "U"}) {
		t.Errorf("%+v, %v", got.Identity, err)
	}
	if got := s.Identify(bg, Key{}); got != (Identity{AccountID: "A1", Signer: "SIGNER"}) {
		t.Errorf("%+v", got)
	}
}
