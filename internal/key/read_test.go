package key

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// A failed read never means that the key is gone, whatever its code: 4000 and 4120 can be about the key that signs.
func TestRead_failureIsNotGone(t *testing.T) {
	for _, err := range []error{
		apitest.Refusal(400, "4120"), apitest.Refusal(400, "4000"), apitest.Refusal(401, "1"), apitest.Refusal(403, "4"), apitest.Refusal(500, "0"), apitest.Cut(),
	} {
		f := &apitest.Fake{Before: apitest.On("ReadAccessKeys", 0, err)}
		f.Add("", "", nil)
		if _, got := service(f).Read(bg, Owner{}, f.Keys[0].ID, Identity{}); got == nil || domain.IsGone(got) || len(f.Calls) != 1 {
			t.Errorf("%v: Read = %v, calls %v", err, got, f.Actions())
		}
		f.Calls = nil
		if _, got := service(f).Read(bg, bob, "AK", Identity{}); got == nil || domain.IsGone(got) {
			t.Errorf("%v: Read of a user's key = %v", err, got) // no user is listed
		}
		f.Calls = nil
		f.Before = apitest.On("DeleteAccessKey", 0, err)
		if got := service(f).Revoke(bg, Owner{}, keyOf("", f.Keys[0].AccessKey)); got == nil {
			t.Errorf("%v: a key that is there was taken for gone", err)
		}
		if f.Count("DeleteAccessKey") != 1 {
			t.Errorf("%v: calls %v", err, f.Actions())
		}
	}
}

// If a deletion and its confirmation fail, the deletion has failed, even if the list of users lacks the owner.
func TestRevoke_confirmationFails(t *testing.T) {
	f := &apitest.Fake{Before: func(c apitest.Call) error {
		switch c.Action {
		case "DeleteAccessKey":
			return apitest.Refusal(400, "5027")
		case "ReadAccessKeys":
			return apitest.Refusal(403, "4")
		}
		return nil
	}}
	if err := service(f).Revoke(bg, bob, Key{ID: "AK", State: Inactive}); !api.IsNotFound(err) {
		t.Errorf("Revoke = %v, want the refusal", err)
	}
}

// 5098 is a failure if the list still has the user.
func TestRead_ownerUnknownAndListed(t *testing.T) {
	f := &apitest.Fake{Before: apitest.On("ReadAccessKeys", 0, apitest.Refusal(400, "5098")), Users: []api.User{{ID: "U", Name: "bob"}}}
	s := service(f)
	if _, err := s.Read(bg, bob, "AK", Identity{}); domain.IsGone(err) || !api.IsNotFound(err) {
		t.Errorf("Read = %v", err)
	}
	f.Users = nil // the list that the service has still has the user
	f.Before = f.CheckNames
	if _, err := s.Read(bg, bob, "AK", Identity{}); !domain.IsUserGone(err) {
		t.Errorf("Read = %v", err)
	}
}

// A read or a search never changes anything.
func TestRead_onlyReads(t *testing.T) {
	f := &apitest.Fake{Users: []api.User{{ID: "U", Name: "bob"}}}
	f.Add("", MarkerPrefix+"left-behind", nil)
	s := service(f)
	_, _ = s.Read(bg, Owner{}, "none", Identity{AccountID: "A"})
	_, _ = s.Find(bg, "none")
	_, _ = s.List(bg, Owner{UserID: "U"})
	_, _ = s.ListExisting(bg, bob)
	for _, action := range f.Actions() {
		if !slices.Contains([]string{"ReadAccessKeys", "ReadUsers", "ReadAccounts"}, action) {
			t.Errorf("calls = %v", f.Actions())
		}
	}
}

// A read that began before a write is not used after it.
func TestList_writeDuringRead(t *testing.T) {
	f := &apitest.Fake{}
	inside, release := make(chan struct{}), make(chan struct{})
	f.After = func(c apitest.Call) error {
		if c.Action == "ReadAccessKeys" && c.N == 1 {
			close(inside)
			f.Unlocked(func() { <-release }) // the creation ends while this answer is in flight
		}
		return nil
	}
	s := service(f)
	done := make(chan struct{})
	go func() { _, _ = s.List(bg, Owner{}); close(done) }()
	<-inside
	made, err := s.Create(bg, Spec{}, CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	close(release)
	<-done
	keys, err := s.List(bg, Owner{})
	if err != nil || indexKey(keys, made.Key.ID) < 0 {
		t.Errorf("a stale list of %d keys was used: %v", len(keys), err)
	}
}

func TestListExisting(t *testing.T) {
	noUsers := func(c apitest.Call) error {
		if c.Action == "ReadUsers" {
			return apitest.Refusal(403, "4")
		}
		if c.Read.UserName == "nobody" {
			return apitest.Refusal(400, "5098")
		}
		return nil
	}
	for what, c := range map[string]struct {
		owner  Owner
		before func(apitest.Call) error
		keys   int
		fails  bool
		calls  []string
	}{
		"the caller":                    {keys: 1, calls: []string{"ReadAccessKeys"}},
		"by name":                       {owner: Owner{UserName: "alice"}, keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"by id":                         {owner: Owner{UserID: "U1"}, keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"a name to come":                {owner: Owner{UserName: "carol"}, calls: []string{"ReadUsers"}},
		"by name, users not readable":   {owner: Owner{UserName: "alice"}, before: noUsers, keys: 2, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"to come, users not readable":   {owner: Owner{UserName: "nobody"}, before: noUsers, calls: []string{"ReadUsers", "ReadAccessKeys"}},
		"by id, users not readable":     {owner: Owner{UserID: "U1"}, before: noUsers, fails: true, calls: []string{"ReadUsers"}},
		"users that cannot be read now": {owner: Owner{UserName: "alice"}, before: func(apitest.Call) error { return apitest.Refusal(500, "0") }, fails: true, calls: []string{"ReadUsers"}},
	} {
		t.Run(what, func(t *testing.T) {
			f := &apitest.Fake{Users: []api.User{{ID: "U1", Name: "alice"}}}
			f.Add("", "", nil)
			f.Add("alice", "", nil)
			f.Add("alice", "", nil)
			f.Before = c.before
			keys, err := service(f).ListExisting(bg, c.owner)
			if len(keys) != c.keys || (err != nil) != c.fails {
				t.Errorf("got %v, %v", keys, err)
			}
			if got := f.Actions(); !slices.Equal(got, c.calls) {
				t.Errorf("calls %v, want %v", got, c.calls)
			}
		})
	}
}

// Several ids are found, whether the caller, one user or several users own them.
func TestFindAll(t *testing.T) {
	f := &apitest.Fake{Users: []api.User{{ID: "U1", Name: "alice"}, {ID: "U2", Name: "bob"}, {ID: "U3", Name: "carol"}}}
	ids := map[string]string{}
	for _, name := range []string{"", "alice", "bob", "bob"} {
		ids[name+map[bool]string{true: "2"}[ids[name] != ""]] = f.Add(name, "", nil).ID
	}
	for what, c := range map[string]struct {
		ask, want []string
	}{
		"one":                   {[]string{ids["bob"]}, []string{ids["bob"]}},
		"two of one user":       {[]string{ids["bob2"], ids["bob"]}, []string{ids["bob2"], ids["bob"]}},
		"of all, and one twice": {[]string{ids["alice"], ids[""], ids["bob"], ids["alice"]}, []string{ids["alice"], ids[""], ids["bob"]}},
		"and one of nobody":     {[]string{"NOBODYS", ids["alice"]}, []string{ids["alice"]}},
		"none":                  {},
	} {
		keys, err := service(f).FindAll(bg, c.ask)
		var got []string
		for _, k := range keys {
			got = append(got, k.ID)
			if (k.UserName == "") != (k.ID == ids[""]) || k.UserName == "bob" && k.Identity.UserID != "U2" {
				t.Errorf("%s: %v of %q with the identity %+v", what, k, k.UserName, k.Identity)
			}
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, %v, want %v", what, got, err, c.want)
		}
	}
	f.Before = func(c apitest.Call) error {
		if c.Read.UserName == "carol" {
			return apitest.Refusal(403, "4")
		}
		return nil
	}
	if _, err := service(f).FindAll(bg, []string{ids["bob"], "NOBODYS"}); !api.IsForbidden(err) {
		t.Errorf("an owner that cannot be listed: %v", err)
	}
	if keys, err := service(f).FindAll(bg, []string{ids["bob"], ids["alice"]}); err != nil || len(keys) != 2 {
		t.Errorf("an owner that need not be listed: %v, %v", keys, err)
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if _, err := service(f).FindAll(ctx, []string{"NOBODYS"}); err == nil {
		t.Error("a search that was cut proves nothing")
	}
}
