package credential

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// An expiry that passes by the API's clock and not yet by ours.
func TestRevokeWhenTheClocksDiffer(t *testing.T) {
	f := &fake{}
	soon := time.Now().Add(2 * time.Minute)
	key := keyOf("bob", f.add("bob", "", &soon))
	f.before = func(c call) error {
		if c.action == "UpdateAccessKey" && !c.update.ExpirationDate.After(soon) {
			return refusal(400, "4047")
		}
		return nil
	}
	if err := f.keeper(t).Revoke(context.Background(), Owner{UserName: "bob"}, key); err != nil || len(f.keys) != 0 {
		t.Errorf("%v, keys %v, calls %v", err, f.keys, f.actions())
	}
}

// What the update refuses may still be deleted; what nothing takes is said with both refusals.
func TestRevokeOtherWay(t *testing.T) {
	f := &fake{before: on("UpdateAccessKey", 0, refusal(409, "6004"))}
	key := keyOf("bob", f.add("bob", "", nil))
	if err := f.keeper(t).Revoke(context.Background(), Owner{UserName: "bob"}, key); err != nil || len(f.keys) != 0 {
		t.Errorf("%v, keys %v", err, f.keys)
	}
	f = &fake{before: func(c call) error {
		switch c.action {
		case "UpdateAccessKey":
			return refusal(409, "6004")
		case "DeleteAccessKey":
			return refusal(409, "6003")
		}
		return nil
	}}
	key = keyOf("bob", f.add("bob", "", nil))
	err := f.keeper(t).Revoke(context.Background(), Owner{UserName: "bob"}, key)
	var unfinished *UnfinishedError
	if !api.IsConflict(err) || errors.As(err, &unfinished) {
		t.Errorf("%v", err)
	}
	for _, refused := range []error{refusal(403, "4"), refusal(400, "4120"), refusal(401, "1")} {
		f = &fake{before: on("UpdateAccessKey", 0, refused)}
		key = keyOf("bob", f.add("bob", "", nil))
		if err := f.keeper(t).Revoke(context.Background(), Owner{UserName: "bob"}, key); err == nil || len(f.calls) != 1 {
			t.Errorf("%v: calls %v", err, f.actions())
		}
	}
}

// The owner is renamed after the shared read of users: what is addressed by id follows, in the middle of a change too.
func TestRenamedInTheMiddle(t *testing.T) {
	start := func() (*fake, *Keeper, Key) {
		f := &fake{users: []api.User{{ID: "U", Name: "bob"}}}
		key := keyOf("bob", f.add("bob", "", nil))
		k := f.keeper(t)
		if _, err := k.Read(context.Background(), Owner{UserID: "U"}, key.ID); err != nil {
			t.Fatal(err)
		}
		f.users[0].Name, f.keys[0].owner = "robert", "robert"
		return f, k, key
	}
	o := Owner{UserID: "U"}
	f, k, key := start()
	if err := k.Revoke(context.Background(), o, key); err != nil || len(f.keys) != 0 {
		t.Errorf("Revoke: %v, keys %v", err, f.keys)
	}
	_, k, key = start()
	if got, err := k.Update(context.Background(), key, Wish{Owner: o, State: Inactive}); err != nil || got.UserName != "robert" || got.State != Inactive {
		t.Errorf("Update: %v %v", got.UserName, err)
	}
	_, k, key = start()
	if got, err := k.Update(context.Background(), key, Wish{Owner: o, Tag: "x"}); err != nil || got.UserName != "robert" || got.Tag != "x" {
		t.Errorf("Update without a state: %v %v", got.UserName, err)
	}
}

// Nothing that locks the account out, and no missing right, is asked twice.
func TestChangeDefiniteRefusals(t *testing.T) {
	for _, refused := range []error{refusal(400, "4120"), refusal(401, "1"), refusal(403, "4")} {
		f := &fake{before: on("UpdateAccessKey", 0, refused)}
		key := keyOf("", f.add("", "", nil))
		_, err := f.keeper(t).Update(context.Background(), key, Wish{State: Inactive, Tag: "x"})
		if !errors.Is(err, refused) || len(f.calls) != 1 {
			t.Errorf("%v, calls %v", err, f.actions())
		}
	}
}

// What a tag's refusal means is found out by the same update without it.
func TestUpdateLearnsAnOldAPI(t *testing.T) {
	f := &fake{}
	f.before = func(c call) error {
		if c.update.Tag != nil || c.update.ClearTag || c.update.ClearExpirationDate {
			return refusal(400, "4045")
		}
		return nil
	}
	at := time.Now().Add(time.Hour)
	key := keyOf("", f.add("", "x", &at))
	k := f.keeper(t)
	if got, err := k.Update(context.Background(), key, Wish{State: Active, Tag: "x"}); err != nil || got.Expires != nil || !k.legacy.Load() {
		t.Errorf("clearing: %v %v", date(got.Expires), err)
	}
	f.calls = nil
	_, err := k.Update(context.Background(), key, Wish{State: Active, Tag: "y"})
	if expect[*UnsupportedError](t, err); len(f.calls) != 0 {
		t.Errorf("calls %v", f.actions())
	}

	// A value that is refused is refused without the tag as well, and teaches nothing.
	f = &fake{before: on("UpdateAccessKey", 0, refusal(400, "4047"))}
	key = keyOf("", f.add("", "", nil))
	k = f.keeper(t)
	if _, err := k.Update(context.Background(), key, Wish{State: "ODD", Tag: "y"}); !api.IsInvalid(err) || k.legacy.Load() {
		t.Errorf("%v", err)
	}
}

// A tag that the API does not take is an error about this tag: all else is changed, and other tags still can be.
func TestUpdateARefusedTag(t *testing.T) {
	for _, code := range []string{"4106", "4047", "4045"} {
		for _, has := range []string{"", "old"} {
			f := &fake{before: refusesTag(code)}
			key := keyOf("", f.add("", has, nil))
			k := f.keeper(t)
			got, err := k.Update(context.Background(), key, Wish{State: Inactive, Tag: "bad"})
			if refused := as[*TagError](t, err); refused.KeyID != key.ID || api.As(err).Code() != code || k.legacy.Load() {
				t.Errorf("%s: %v, old API %v", code, err, k.legacy.Load())
			}
			if got.ID != key.ID || got.State != Inactive || got.Tag != has {
				t.Errorf("%s: %v is %s with the tag %q", code, got, got.State, got.Tag)
			}
			if got, err := k.Update(context.Background(), got, Wish{State: Active, Tag: "good"}); err != nil || got.Tag != "good" {
				t.Errorf("%s: the next tag: %v", code, err)
			}
		}
	}
}

// An account that lets no key live for ever refuses to clear an expiry: that is no sign of an old API.
func TestUpdateARefusedClearing(t *testing.T) {
	at := time.Now().Add(time.Hour)
	f := &fake{}
	f.before = func(c call) error {
		if c.update.ClearExpirationDate {
			return refusal(400, "4047")
		}
		return nil
	}
	f.answer = func(_ call, key *api.AccessKey) { key.ExpirationDate = &at } // one that keeps what is left out (A1)
	key := keyOf("", f.add("", "x", &at))
	k := f.keeper(t)
	got, err := k.Update(context.Background(), key, Wish{State: Active, Tag: "x"})
	if !api.IsInvalid(err) || k.legacy.Load() || got.Expires == nil {
		t.Errorf("%v, old API %v, expires %s", err, k.legacy.Load(), date(got.Expires))
	}
}

// Users that this run makes are known to it: their keys cost no new list of users.
func TestUsersAreRemembered(t *testing.T) {
	w := newWorld(t)
	if _, err := w.ListUsers(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.calls()
	var users []User
	for _, name := range []string{"ann", "bob", "eve"} {
		u, err := w.CreateUser(context.Background(), UserWish{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		key, _, err := w.Create(context.Background(), Wish{Owner: Owner{UserID: u.ID}})
		if err != nil || key.UserName != name {
			t.Fatal(key.UserName, err)
		}
		users = append(users, u)
	}
	w.cost("three users with a key each", map[string]int{"CreateUser": 3, "CreateAccessKey": 3, "UpdateAccessKey": 3})
	if _, err := w.UpdateUser(context.Background(), users[0].ID, UserWish{Name: "anna"}); err != nil {
		t.Fatal(err)
	}
	keys, err := w.List(context.Background(), Owner{UserID: users[1].ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Revoke(context.Background(), Owner{UserID: users[1].ID}, keys[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.DeleteUser(context.Background(), users[1].ID); err != nil {
		t.Fatal(err)
	}
	w.calls()
	known, err := w.ListUsers(context.Background())
	var names []string
	for _, u := range known {
		names = append(names, u.Name)
	}
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"anna", "eve"}) {
		t.Errorf("%v %v", names, err)
	}
	w.cost("a list", map[string]int{})
}
