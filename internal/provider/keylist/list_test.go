package keylist_test

import (
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const typeName = "outscale_access_key"

func names(l *acctest.Listing) (names []string) {
	for _, one := range l.Results {
		names = append(names, one.DisplayName)
	}
	return names
}

// TestKeyList_filters: each filter passes the right keys.
func TestKeyList_filters(t *testing.T) {
	h := acctest.NewProtocol(t)
	alice := h.CreateUser("alice")
	h.CreateUser("bob")
	soon := h.Simulator.Now().Add(time.Hour)
	old := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "ci", ExpirationDate: &soon})
	h.Advance(48 * time.Hour)
	off := h.CreateKey(api.CreateAccessKeyInput{UserName: "bob"})
	for _, k := range h.Keys() {
		if k.AccessKeyID == off.ID {
			h.UpdateKey(k, func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
		}
	}
	root := h.RootAccessKey
	a, b := "alice/"+old.ID, "bob/"+off.ID
	for name, c := range map[string]struct {
		config acctest.Args
		want   []string
	}{
		"all":          {acctest.Args{}, []string{root, a, b}},
		"owner's name": {acctest.Args{"user_name": "alice"}, []string{a}},
		"owner's id":   {acctest.Args{"user_id": alice.ID}, []string{a}},
		"inactive":     {acctest.Args{"state": "INACTIVE"}, []string{b}},
		"expired":      {acctest.Args{"expired": true}, []string{a}},
		"not expired":  {acctest.Args{"expired": false}, []string{root, b}},
		"old":          {acctest.Args{"older_than": "1d", "user_name": "alice"}, []string{a}},
		"not so old":   {acctest.Args{"older_than": "3d", "user_name": "alice"}, nil},
		"tag":          {acctest.Args{"tag": "ci"}, []string{a}},
		"no tag":       {acctest.Args{"tag": ""}, []string{root, b}},
		"two filters":  {acctest.Args{"tag": "", "state": "ACTIVE"}, []string{root}},
	} {
		got := h.ListIdentities(typeName, c.config)
		got.ExpectNone()
		if !slices.Equal(names(got), c.want) {
			t.Errorf("%s: %v, want %v", name, names(got), c.want)
		}
		for _, one := range got.Results {
			if one.Object != nil {
				t.Errorf("%s: %s has an object that nobody asked for", name, one.DisplayName)
			}
		}
	}
	if n := len(h.ListLimited(typeName, acctest.Args{}, 2).Results); n != 2 {
		t.Errorf("%d keys within a limit of 2", n)
	}
	h.ExpectWrites()
}

// TestKeyList_generatedConfigurationPlansEmpty: a listed key equals the key that an import by its identity reads, and the plan of
// a configuration that is generated from it is empty.
func TestKeyList_generatedConfigurationPlansEmpty(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	at := h.Simulator.Now().Add(90 * 24 * time.Hour)
	h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "ci", ExpirationDate: &at})
	h.CreateKey(api.CreateAccessKeyInput{})
	got := h.List(typeName, acctest.Args{})
	got.ExpectNone()
	if len(got.Results) != 3 {
		t.Fatalf("%v", names(got))
	}
	for _, one := range got.Results {
		key, imported := h.ImportByIdentity(typeName, one.Identity)
		imported.ExpectNone()
		key.Expect(one.Object)
		key.ExpectEmptyPlan(h.GeneratedConfig(one))
	}
	h.ExpectWrites()
}

// TestKeyList_partly: a caller that may not list users sees its own keys, with a warning.
func TestKeyList_partly(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.SetFaults(acctest.Refusal("ReadUsers"), acctest.Refusal("ReadAccounts"))
	got := h.List(typeName, acctest.Args{})
	got.ExpectNoErrors()
	got.ExpectWarning("Access keys of users not listed")
	if len(got.Results) != 1 || got.Results[0].Identity["account_id"] != nil {
		t.Errorf("%+v", got.Results)
	}
	limited := h.ListLimited(typeName, acctest.Args{}, 1)
	limited.ExpectWarning("Access keys of users not listed")
	if len(limited.Results) != 1 { // the warning takes no place in the limit
		t.Errorf("%d keys within a limit of 1", len(limited.Results))
	}
	h.SetFaults(acctest.Refusal("ReadAccessKeys"))
	h.List(typeName, acctest.Args{}).ExpectError("Access keys not listed", "ReadAccessKeys")
}

// TestKeyList_refused: filters that cannot match a key are errors.
func TestKeyList_refused(t *testing.T) {
	h := acctest.NewProtocol(t)
	for _, config := range []acctest.Args{
		{"user_name": "a b"}, {"user_name": "alice", "user_id": "ABC"}, {"state": "active"}, {"older_than": "1M"},
	} {
		if got := h.List(typeName, config); !got.HasError() || len(got.Results) > 0 {
			t.Errorf("%v is accepted", config)
		}
	}
	h.List(typeName, acctest.Args{"user_id": "ABSENT"}).ExpectError("Access keys not listed", "ABSENT")
	h.Block["profile"] = acctest.Unknown
	h.List(typeName, acctest.Args{}).ExpectError("Access keys not listed", "profile")
}
