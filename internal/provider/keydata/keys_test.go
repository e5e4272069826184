package keydata_test

import (
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	keyData  = "outscale_access_key"
	keysData = "outscale_access_keys"
	day      = 24 * time.Hour
)

type blocks = []map[string]any

func filter(name string, values ...string) map[string]any {
	return map[string]any{"name": name, "values": values}
}

// account has two keys of a user, an active one that expires in an hour and an inactive one, and one of the caller.
type account struct {
	*acctest.Protocol
	one, two, own string
}

func newAccount(t *testing.T) account {
	t.Helper()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.CreateUser("idle")
	soon := h.Simulator.Now().Add(time.Hour)
	a := account{Protocol: h}
	a.one = h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "one", ExpirationDate: &soon}).ID
	a.two = h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "two"}).ID
	a.own = h.CreateKey(api.CreateAccessKeyInput{}).ID
	h.UpdateKey(h.Key(a.two), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	return a
}

// TestKeyData_one is found by its id among all users, or by criteria among the keys of an owner.
func TestKeyData_one(t *testing.T) {
	t.Parallel()
	h := newAccount(t)
	h.Advance(2 * time.Hour)
	h.DataSource(keyData, acctest.Args{"access_key_id": h.one}).Expect(acctest.Args{
		"id": h.one, "user_name": "alice", "tag": "one", "state": "ACTIVE", "expired": true, "expiration_date": acctest.Matches(`Z$`),
	})
	h.DataSource(keyData, acctest.Args{"user_name": "alice", "state": "INACTIVE"}).Expect(acctest.Args{
		"id": h.two, "tag": "two", "expired": false, "expiration_date": nil,
	})
	h.DataSource(keyData, acctest.Args{"user_name": "alice", "filter": blocks{filter("tags", "one"), filter("states", "ACTIVE")}}).Expect(acctest.Args{"id": h.one})
	h.DataSource(keyData, acctest.Args{"filter": blocks{filter("access_key_ids", h.own)}}).Expect(acctest.Args{"id": h.own, "user_name": nil})
	h.ExpectWrites()
}

// TestKeyData_notOne: none, several, and criteria that are refused.
func TestKeyData_notOne(t *testing.T) {
	t.Parallel()
	h := newAccount(t)
	for name, c := range map[string]struct {
		config acctest.Args
		parts  []any
	}{
		"several":      {acctest.Args{"user_name": "alice"}, []any{"2 access keys match user_name = alice: ", h.one, h.two}},
		"none":         {acctest.Args{"user_name": "alice", "filter": blocks{filter("tags", "nothing")}}, []any{"No access key matches user_name = alice; tags = nothing"}},
		"no such id":   {acctest.Args{"access_key_id": "ABCDEFGHIJ0123456789"}, []any{"No access key matches"}},
		"no such user": {acctest.Args{"user_name": "nobody"}, []any{"nobody"}},
	} {
		got := h.DataSource(keyData, c.config)
		if errs := got.Errors(); len(errs) != 1 {
			t.Errorf("%s: %d errors: %s", name, len(errs), got)
			continue
		}
		got.ExpectError(got.Errors()[0].Summary, c.parts...)
	}
	h.ResetCalls()
	for name, c := range map[string]struct {
		config acctest.Args
		text   string
	}{
		"no criterion":          {acctest.Args{}, "t least one"},
		"an unknown filter":     {acctest.Args{"filter": blocks{filter("colours", "red")}}, `"states"`},
		"a filter of no values": {acctest.Args{"filter": blocks{filter("tags")}}, "at least 1"},
		"a bad state":           {acctest.Args{"state": "ASLEEP"}, `"INACTIVE"`},
		"a bad user":            {acctest.Args{"user_name": "a b"}, "caller's own"},
	} {
		got := h.DataSource(keyData, c.config)
		if !slices.ContainsFunc(got.Errors(), mentions(c.text)) {
			t.Errorf("%s: no error says %q: %s", name, c.text, got)
		}
	}
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls for what is refused", n)
	}
}

// TestKeyData_list: an empty list is an answer, and the id of the same question is the same.
func TestKeyData_list(t *testing.T) {
	t.Parallel()
	h := newAccount(t)
	for name, c := range map[string]struct {
		config acctest.Args
		want   []string
	}{
		"of a user":        {acctest.Args{"user_name": "alice"}, []string{h.one, h.two}},
		"by state":         {acctest.Args{"user_name": "alice", "states": []string{"INACTIVE"}}, []string{h.two}},
		"by id":            {acctest.Args{"user_name": "alice", "access_key_ids": []string{h.two}}, []string{h.two}},
		"by id alone":      {acctest.Args{"access_key_ids": []string{h.two}}, []string{h.two}},
		"two of one user":  {acctest.Args{"access_key_ids": []string{h.one, h.two}}, []string{h.one, h.two}},
		"of two owners":    {acctest.Args{"access_key_ids": []string{h.own, h.two}}, []string{h.own, h.two}},
		"by filter":        {acctest.Args{"user_name": "alice", "filter": blocks{filter("tags", "one", "two")}}, []string{h.one, h.two}},
		"of an idle user":  {acctest.Args{"user_name": "idle"}, nil},
		"no such tag":      {acctest.Args{"user_name": "alice", "filter": blocks{filter("tags", "nothing")}}, nil},
		"the caller's own": {acctest.Args{}, []string{h.RootAccessKey, h.own}},
	} {
		got := h.DataSource(keysData, c.config)
		var ids []string
		for _, key := range got.List("access_keys") {
			ids = append(ids, key["access_key_id"].(string))
		}
		slices.Sort(ids)
		slices.Sort(c.want)
		if !slices.Equal(ids, c.want) {
			t.Errorf("%s: %v, want %v", name, ids, c.want)
		}
		if again := h.DataSource(keysData, c.config); again.Get("id") != got.Get("id") {
			t.Errorf("%s: the id was %v and is %v", name, got.Get("id"), again.Get("id"))
		}
	}
	h.DataSource(keysData, acctest.Args{"user_name": "alice", "states": []string{"INACTIVE"}}).Expect(acctest.Args{"access_keys": []any{map[string]any{
		"user_name": "alice", "tag": "two", "state": "INACTIVE", "expired": false, "expiration_date": nil, "access_key_id": h.two,
		"creation_date":          h.DataSource(keyData, acctest.Args{"access_key_id": h.two}).Get("creation_date"),
		"last_modification_date": h.DataSource(keyData, acctest.Args{"access_key_id": h.two}).Get("last_modification_date"),
	}}})
	h.ExpectWrites()
}
