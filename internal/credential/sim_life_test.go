package credential

import (
	"context"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// Every reading of A1, and the older API: what is not to be changed stays, what is cleared is gone.
func TestUpdateKeepsTheExpiry(t *testing.T) {
	for name, opt := range map[string]func(*simulator.Options){
		"cleared when left out":        func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryCleared },
		"cleared when a state is sent": func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryClearedWithState },
		"kept when left out":           func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryKept },
		"an API before 1.40.1":         api139,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, opt)
			w.user("bob")
			bob := Owner{UserName: "bob"}
			key := w.key(Wish{Owner: bob, State: Active, Expires: w.in(year), Tag: "x"})
			steps := []Wish{
				{Owner: bob, State: Inactive, Expires: key.Expires, Tag: "x"},
				{Owner: bob, State: Inactive, Expires: w.in(2 * year), Tag: "x"},
				{Owner: bob, State: Active, Tag: "x"},
				{Owner: bob, Tag: "x", Expires: w.in(year)},
				{Owner: bob, Tag: "x"},
			}
			for i, wish := range steps {
				got, err := w.Update(context.Background(), key, wish)
				if err != nil || len(differences(got, wish)) > 0 {
					t.Fatalf("step %d: %v, %v", i, differences(got, wish), err)
				}
				if at, err := w.Read(context.Background(), bob, key.ID); err != nil || len(differences(at, wish)) > 0 {
					t.Fatalf("step %d: at the API: %v, %v", i, differences(at, wish), err)
				}
				key = got
			}
		})
	}
}

func TestUpdateTag(t *testing.T) {
	w := newWorld(t)
	key := w.key(Wish{Tag: "a", Expires: w.in(year)})
	for _, tag := range []string{"b", "", "c"} {
		got, err := w.Update(context.Background(), key, Wish{State: Active, Expires: key.Expires, Tag: tag})
		if err != nil || got.Tag != tag || !sameInstant(got.Expires, key.Expires) {
			t.Fatalf("tag %q: %+v %v", tag, got.Tag, err)
		}
		key = got
	}
	w.cost("three changes", map[string]int{"UpdateAccessKey": 3})

	old := newWorld(t, api139)
	key = old.key(Wish{Tag: "a"})
	for range 2 {
		_, err := old.Update(context.Background(), key, Wish{State: Active, Tag: "b"})
		expect[*UnsupportedError](t, err)
	}
	if at, _ := old.Read(context.Background(), Owner{}, key.ID); at.Tag != "a" {
		t.Errorf("the tag changed to %q", at.Tag)
	}
}

// A key that was switched off by hand stays off when the configuration leaves the state out.
func TestUpdateLeavesTheState(t *testing.T) {
	w := newWorld(t)
	key := w.key(Wish{})
	if _, err := w.api.UpdateAccessKey(context.Background(), api.UpdateAccessKeyInput{ID: key.ID, State: "INACTIVE"}); err != nil {
		t.Fatal(err)
	}
	w.calls()
	got, err := w.Update(context.Background(), key, Wish{Expires: w.in(year)}) // key still says ACTIVE
	if err != nil || got.State != Inactive || got.Expires == nil {
		t.Fatalf("%+v %v", got.State, err)
	}
	w.cost("update without a state", map[string]int{"ReadAccessKeys": 1, "UpdateAccessKey": 1})
}

func TestUpdateAnswerLost(t *testing.T) {
	w := newWorld(t)
	key := w.key(Wish{Expires: w.in(year)})
	w.fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Times: 1})
	wish := Wish{State: Inactive, Expires: key.Expires}
	got, err := w.Update(context.Background(), key, wish)
	if err != nil || len(differences(got, wish)) > 0 {
		t.Fatalf("%v %v", differences(got, wish), err)
	}
}

func TestUpdateOfAnExpiredKey(t *testing.T) {
	w := newWorld(t)
	key := w.key(Wish{Expires: w.in(time.Hour)})
	if err := w.sim.Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	if !key.Expired(w.Now()) {
		t.Fatal("the key should have expired")
	}
	_, err := w.Update(context.Background(), key, Wish{State: Active, Expires: key.Expires, Tag: "x"})
	expect[*UnfinishedError](t, err)
	if at, _ := w.Read(context.Background(), Owner{}, key.ID); !sameInstant(at.Expires, key.Expires) {
		t.Errorf("the expiry became %s", date(at.Expires))
	}
	if got, err := w.Update(context.Background(), key, Wish{State: Active, Expires: w.in(year)}); err != nil || got.Expired(w.Now()) {
		t.Errorf("renewing the expiry: %v %v", got.Expires, err)
	}
}

func TestRevoke(t *testing.T) {
	bob := Owner{UserName: "bob"}
	for name, c := range map[string]struct {
		opt     func(*simulator.Options)
		wish    Wish
		expired bool
		cost    map[string]int
	}{
		"own":                     {nil, Wish{}, false, map[string]int{"DeleteAccessKey": 1}},
		"own, inactive":           {nil, Wish{State: Inactive}, false, map[string]int{"DeleteAccessKey": 1}},
		"a user's":                {nil, Wish{Owner: bob, Expires: ptr(time.Now().Add(year))}, false, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"a user's, inactive":      {nil, Wish{Owner: bob, State: Inactive}, false, map[string]int{"DeleteAccessKey": 1}},
		"own, expired":            {nil, Wish{Expires: ptr(time.Now().Add(time.Hour))}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 2}},
		"a user's, expired":       {nil, Wish{Owner: bob, Expires: ptr(time.Now().Add(time.Hour))}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"inactive and expired":    {nil, Wish{Owner: bob, State: Inactive, Expires: ptr(time.Now().Add(time.Hour))}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"expired, may be deleted": {func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true }, Wish{Expires: ptr(time.Now().Add(time.Hour))}, true, map[string]int{"DeleteAccessKey": 1}},
		"active, may be deleted":  {func(o *simulator.Options) { o.Assumptions.DeleteActiveKeys = true }, Wish{Owner: bob}, false, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"old API":                 {api139, Wish{Owner: bob, Expires: ptr(time.Now().Add(time.Hour))}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			opt := c.opt
			if opt == nil {
				opt = func(*simulator.Options) {}
			}
			w := newWorld(t, opt, func(o *simulator.Options) { o.Assumptions.UnknownKeyCode = "4000" })
			w.user("bob")
			key := w.key(c.wish)
			if c.expired {
				if err := w.sim.Advance(2 * time.Hour); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Revoke(context.Background(), c.wish.Owner, key); err != nil {
				t.Fatal(err)
			}
			w.cost("revoke", c.cost)
			w.onlyLive()
			if err := w.Revoke(context.Background(), c.wish.Owner, key); err != nil {
				t.Errorf("a key that is already gone: %v", err)
			}
			if _, err := w.Read(context.Background(), c.wish.Owner, key.ID); !isGone(err) {
				t.Errorf("Read = %v, want a GoneError", err)
			}
		})
	}
}

func TestRevokeStates(t *testing.T) {
	t.Run("switched on again since", func(t *testing.T) {
		w := newWorld(t)
		w.user("bob")
		key := w.key(Wish{Owner: Owner{UserName: "bob"}})
		key.State = Inactive // what the state says
		if err := w.Revoke(context.Background(), Owner{UserName: "bob"}, key); err != nil {
			t.Fatal(err)
		}
		w.onlyLive()
	})
	t.Run("answers lost", func(t *testing.T) {
		w := newWorld(t)
		w.user("bob")
		key := w.key(Wish{Owner: Owner{UserName: "bob"}})
		w.fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.DropAfter, Times: 1})
		if err := w.Revoke(context.Background(), Owner{UserName: "bob"}, key); err != nil {
			t.Fatal(err)
		}
		w.onlyLive()
	})
	t.Run("switched off, not deleted", func(t *testing.T) {
		w := newWorld(t)
		w.user("bob")
		key := w.key(Wish{Owner: Owner{UserName: "bob"}})
		w.fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Status, Status: 403, Code: "4"})
		err := w.Revoke(context.Background(), Owner{UserName: "bob"}, key)
		if un := as[*UnfinishedError](t, err); !api.IsForbidden(err) || un.KeyID != key.ID {
			t.Errorf("error = %v", err)
		}
	})
}

func TestTheKeyThatSigns(t *testing.T) {
	w := newWorld(t)
	own := Key{ID: simtest.RootAccessKey, State: Active}
	if e := as[*OwnKeyError](t, w.Revoke(context.Background(), Owner{}, own)); e.Action != "delete" {
		t.Errorf("action %q", e.Action)
	}
	_, err := w.Update(context.Background(), own, Wish{State: Inactive})
	if e := as[*OwnKeyError](t, err); e.Action != "deactivate" {
		t.Errorf("action %q", e.Action)
	}
	w.cost("refused by us", map[string]int{})
	if got, err := w.Update(context.Background(), own, Wish{State: Active, Tag: "mine"}); err != nil || got.Tag != "mine" {
		t.Errorf("other changes are allowed: %v", err)
	}
}

func TestOwnerGone(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	for _, o := range []Owner{{UserName: "bob"}, {UserID: bob.ID}} {
		if err := w.DeleteUser(context.Background(), bob.ID); err != nil {
			t.Fatal(err)
		}
		key := Key{ID: "ABCDEFGHIJ0123456789", UserName: "bob", State: Active}
		if _, err := w.Read(context.Background(), o, key.ID); as[*GoneError](t, err).What != "user" {
			t.Errorf("%v: Read = %v", o, err)
		}
		if _, err := w.Update(context.Background(), key, Wish{Owner: o, State: Active}); as[*GoneError](t, err).What != "user" {
			t.Errorf("%v: Update = %v", o, err)
		}
		if err := w.Revoke(context.Background(), o, key); err != nil {
			t.Errorf("%v: Revoke = %v", o, err)
		}
		if _, err := w.List(context.Background(), o); err == nil {
			t.Errorf("%v: List of nobody's keys has no error", o)
		}
	}
}

// A user renamed behind our back, and another who took the old name: what is addressed by id stays right.
func TestOwnerRenamed(t *testing.T) {
	w := newWorld(t)
	bob := w.user("bob")
	o := Owner{UserID: bob.ID}
	key := w.key(Wish{Owner: o, Expires: w.in(year)})
	if _, err := w.Read(context.Background(), o, key.ID); err != nil { // the shared reads are warm
		t.Fatal(err)
	}
	if _, err := w.api.UpdateUser(context.Background(), api.UpdateUserInput{UserName: "bob", NewUserName: "robert"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.api.CreateUser(context.Background(), api.CreateUserInput{UserName: "bob"}); err != nil {
		t.Fatal(err)
	}
	w.keys.drop("bob")
	at, err := w.Read(context.Background(), o, key.ID)
	if err != nil || at.UserName != "robert" {
		t.Fatalf("Read = %q %v", at.UserName, err)
	}
	got, err := w.Update(context.Background(), key, Wish{Owner: o, State: Inactive, Expires: key.Expires})
	if err != nil || got.State != Inactive || got.UserName != "robert" {
		t.Fatalf("Update = %+v %v", got.State, err)
	}
	if err := w.Revoke(context.Background(), o, got); err != nil {
		t.Fatal(err)
	}
	w.onlyLive()

	cold := newWorld(t)
	ann := cold.user("ann")
	if _, err := cold.ListUsers(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := cold.api.UpdateUser(context.Background(), api.UpdateUserInput{UserName: "ann", NewUserName: "anna"}); err != nil {
		t.Fatal(err)
	}
	made, _, err := cold.Create(context.Background(), Wish{Owner: Owner{UserID: ann.ID}})
	if err != nil || made.UserName != "anna" {
		t.Errorf("Create = %q %v", made.UserName, err)
	}
}

func TestFind(t *testing.T) {
	w := newWorld(t)
	own := w.key(Wish{})
	var last Key
	for i := range 6 {
		name := fmt.Sprintf("user-%d", i)
		w.user(name)
		last = w.key(Wish{Owner: Owner{UserName: name}})
	}
	if got, err := w.Find(context.Background(), own.ID); err != nil || got.UserName != "" {
		t.Errorf("own: %q %v", got.UserName, err)
	}
	w.cost("own", map[string]int{"ReadAccessKeys": 1})
	if got, err := w.Find(context.Background(), last.ID); err != nil || got.UserName != "user-5" {
		t.Errorf("a user's: %q %v", got.UserName, err)
	}
	_, err := w.Find(context.Background(), "ABCDEFGHIJ0123456789")
	expect[*GoneError](t, err)
	w.calls()
	w.fault(simulator.Fault{Action: "ReadUsers", Kind: faults.Status, Status: 403, Code: "4"})
	w.users.drop(allUsers)
	if _, err := w.Find(context.Background(), "ABCDEFGHIJ0123456789"); !api.IsForbidden(err) || isGone(err) {
		t.Errorf("users that cannot be listed prove nothing: %v", err)
	}
}

// N keys of U owners cost U calls, and a change costs one more for its owner alone.
func TestSharedReads(t *testing.T) {
	w := newWorld(t)
	ids := map[Owner][]Key{}
	for _, name := range []string{"", "ann", "bob"} {
		o := Owner{UserName: name}
		if name != "" {
			o = Owner{UserID: w.user(name).ID}
		}
		for range 5 {
			ids[o] = append(ids[o], w.key(Wish{Owner: o}))
		}
	}
	all := func() {
		var group errgroup.Group
		for o, keys := range ids {
			for _, key := range keys {
				group.Go(func() error {
					_, err := w.Read(context.Background(), o, key.ID)
					return err
				})
			}
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	w.Keeper = New(w.api, w.opts) // another run, which made none of them
	w.calls()
	all()
	w.cost("15 reads", map[string]int{"ReadUsers": 1, "ReadAccessKeys": 3})
	all()
	w.cost("15 more", map[string]int{})
	own := ids[Owner{}][0]
	if _, err := w.Update(context.Background(), own, Wish{State: Inactive}); err != nil {
		t.Fatal(err)
	}
	all()
	w.cost("after a change", map[string]int{"UpdateAccessKey": 1, "ReadAccessKeys": 1})
	if at, err := w.Read(context.Background(), Owner{}, own.ID); err != nil || at.State != Inactive {
		t.Errorf("a stale read: %v %v", at.State, err)
	}
	if err := w.sim.Advance(freshFor); err != nil {
		t.Fatal(err)
	}
	all()
	w.cost("when it is too old", map[string]int{"ReadUsers": 1, "ReadAccessKeys": 3})
}
