package key

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// With each variant of A1, an update keeps what it does not change, and removes what it clears.
func TestUpdate_keepsExpiry(t *testing.T) {
	for name, reading := range map[string]simulator.ExpiryOnUpdate{
		"cleared when left out":        simulator.ExpiryCleared,
		"cleared when a state is sent": simulator.ExpiryClearedWithState,
		"kept when left out":           simulator.ExpiryKept,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = reading })
			w.user("bob")
			key := w.key(Spec{Owner: bob, State: Active, Expires: w.In(year), Tag: "x"})
			for i, want := range []Spec{
				{Owner: bob, State: Inactive, Expires: key.Expires, Tag: "x"},
				{Owner: bob, State: Inactive, Expires: w.In(2 * year), Tag: "x"},
				{Owner: bob, State: Active, Tag: "x"},
				{Owner: bob, Tag: "x", Expires: w.In(year)},
				{Owner: bob, Tag: "x"},
			} {
				got, err := w.Update(bg, key, want)
				if err != nil || len(differences(got, want)) > 0 || got.Identity != key.Identity {
					t.Fatalf("step %d: %v, %v, identity %+v", i, differences(got, want), err, got.Identity)
				}
				if at, err := w.Read(bg, bob, key.ID, key.Identity); err != nil || len(differences(at, want)) > 0 {
					t.Fatalf("step %d: at the API: %v, %v", i, differences(at, want), err)
				}
				key = got
			}
		})
	}
}

func TestUpdate_tag(t *testing.T) {
	w := newWorld(t)
	key := w.key(Spec{Tag: "a", Expires: w.In(year)})
	for _, tag := range []string{"b", "", "c"} {
		got, err := w.Update(bg, key, Spec{State: Active, Expires: key.Expires, Tag: tag})
		if err != nil || got.Tag != tag || !sameInstant(got.Expires, key.Expires) {
			t.Fatalf("tag %q: %+v %v", tag, got.Tag, err)
		}
		key = got
	}
	w.Cost("three changes", map[string]int{"ReadAccessKeys": 3, "UpdateAccessKey": 3})
}

// A key that was deactivated outside of Terraform stays INACTIVE if the update has no state.
func TestUpdate_leavesState(t *testing.T) {
	w := newWorld(t)
	key := w.key(Spec{})
	if _, err := w.Client.UpdateAccessKey(bg, api.UpdateAccessKeyInput{ID: key.ID, State: "INACTIVE"}); err != nil {
		t.Fatal(err)
	}
	w.Called()
	got, err := w.Update(bg, key, Spec{Expires: w.In(year)}) // key still says ACTIVE
	if err != nil || got.State != Inactive || got.Expires == nil {
		t.Fatalf("%+v %v", got.State, err)
	}
	w.Cost("update without a state", map[string]int{"ReadAccessKeys": 1, "UpdateAccessKey": 1})
}

func TestUpdate_answerLost(t *testing.T) {
	w := newWorld(t)
	key := w.key(Spec{Expires: w.In(year)})
	w.Fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Times: 1})
	want := Spec{State: Inactive, Expires: key.Expires}
	if got, err := w.Update(bg, key, want); err != nil || len(differences(got, want)) > 0 {
		t.Fatalf("%v %v", differences(got, want), err)
	}
}

func TestUpdate_expiredKey(t *testing.T) {
	w := newWorld(t)
	key := w.key(Spec{Expires: w.In(time.Hour)})
	w.Advance(2 * time.Hour)
	if !key.Expired(w.Now()) {
		t.Fatal("the key should have expired")
	}
	_, err := w.Update(bg, key, Spec{State: Active, Expires: key.Expires, Tag: "x"})
	if e := apitest.As[*ExpiredError](t, err); e.KeyID != key.ID || !e.Expired.Equal(*key.Expires) || !api.IsInvalid(err) {
		t.Errorf("%v", err)
	}
	if at, _ := w.Read(bg, Owner{}, key.ID, key.Identity); !sameInstant(at.Expires, key.Expires) {
		t.Errorf("the expiry became %s", date(at.Expires))
	}
	if got, err := w.Update(bg, key, Spec{State: Active, Expires: w.In(year)}); err != nil || got.Expired(w.Now()) {
		t.Errorf("renewing the expiry: %v %v", got.Expires, err)
	}
}

func TestUpdate_unsupportedBySimulator(t *testing.T) {
	w := newWorld(t, api139)
	made, err := w.Client.CreateAccessKey(bg, api.CreateAccessKeyInput{Tag: "a", ExpirationDate: w.In(year)})
	if err != nil {
		t.Fatal(err)
	}
	key := keyOf("", made)
	for _, want := range []Spec{{State: Active, Tag: "b", Expires: key.Expires}, {State: Active, Tag: "a"}} {
		_, err := w.Update(bg, key, want)
		if e := apitest.As[*UnsupportedError](t, err); e.KeyID != key.ID {
			t.Errorf("%v", err)
		}
	}
	if at, _ := w.Reload(bg, Owner{}, key); at.Tag != "a" {
		t.Errorf("the tag changed to %q", at.Tag)
	}
	// What such an API supports works.
	if got, err := w.Update(bg, key, Spec{State: Inactive, Tag: "a", Expires: w.In(2 * year)}); err != nil || got.State != Inactive {
		t.Errorf("%v %v", got, err)
	}
	if err := w.Revoke(bg, Owner{}, key); err != nil {
		t.Error(err)
	}
}

func TestRevoke(t *testing.T) {
	inAnHour := ptr(time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		opt     func(*simulator.Options)
		want    Spec
		expired bool
		cost    map[string]int
	}{
		"own":                     {nil, Spec{}, false, map[string]int{"DeleteAccessKey": 1}},
		"own, inactive":           {nil, Spec{State: Inactive}, false, map[string]int{"DeleteAccessKey": 1}},
		"a user's":                {nil, Spec{Owner: bob, Expires: from(year)}, false, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"a user's, inactive":      {nil, Spec{Owner: bob, State: Inactive}, false, map[string]int{"DeleteAccessKey": 1}},
		"own, expired":            {nil, Spec{Expires: inAnHour}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 2}},
		"a user's, expired":       {nil, Spec{Owner: bob, Expires: inAnHour}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"inactive and expired":    {nil, Spec{Owner: bob, State: Inactive, Expires: inAnHour}, true, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
		"expired, may be deleted": {func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true }, Spec{Expires: inAnHour}, true, map[string]int{"DeleteAccessKey": 1}},
		"active, may be deleted":  {func(o *simulator.Options) { o.Assumptions.DeleteActiveKeys = true }, Spec{Owner: bob}, false, map[string]int{"UpdateAccessKey": 1, "DeleteAccessKey": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) {
				o.Assumptions.UnknownKeyCode = "4000"
				if c.opt != nil {
					c.opt(o)
				}
			})
			w.user("bob")
			key := w.key(c.want)
			if c.expired {
				w.Advance(2 * time.Hour)
			}
			if err := w.Revoke(bg, c.want.Owner, key); err != nil {
				t.Fatal(err)
			}
			w.Cost("revoke", c.cost)
			w.OnlyLive()
			if err := w.Revoke(bg, c.want.Owner, key); err != nil {
				t.Errorf("a key that is already gone: %v", err)
			}
			if _, err := w.Read(bg, c.want.Owner, key.ID, key.Identity); !domain.IsGone(err) || domain.IsUserGone(err) {
				t.Errorf("Read = %v, want a GoneError", err)
			}
		})
	}
}

func TestRevoke_states(t *testing.T) {
	start := func(t *testing.T) (*world, Key) {
		w := newWorld(t)
		w.user("bob")
		return w, w.key(Spec{Owner: bob})
	}
	t.Run("activated since", func(t *testing.T) {
		w, key := start(t)
		key.State = Inactive // as last known
		if err := w.Revoke(bg, bob, key); err != nil {
			t.Fatal(err)
		}
		w.OnlyLive()
	})
	t.Run("answer lost", func(t *testing.T) {
		w, key := start(t)
		w.Fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.DropAfter, Times: 1})
		if err := w.Revoke(bg, bob, key); err != nil {
			t.Fatal(err)
		}
		w.OnlyLive()
	})
	t.Run("deactivated, not deleted", func(t *testing.T) {
		w, key := start(t)
		w.Fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Status, Status: 403, Code: "4"})
		err := w.Revoke(bg, bob, key)
		if e := apitest.As[*NotDeletedError](t, err); !api.IsForbidden(err) || e.Key.ID != key.ID || e.Key.State != Inactive {
			t.Errorf("error = %v", err)
		}
	})
}

func TestChange_signingKey(t *testing.T) {
	w := newWorld(t)
	own := Key{ID: simtest.RootAccessKey, State: Active}
	apitest.Has[*OwnKeyError](t, w.Revoke(bg, Owner{}, own))
	_, err := w.SetState(bg, Owner{}, own, Inactive)
	apitest.Has[*OwnKeyError](t, err)
	w.Cost("refused by the service", map[string]int{})
	_, err = w.Update(bg, own, Spec{State: Inactive})
	apitest.Has[*OwnKeyError](t, err)
	w.Cost("refused after the read of the key", map[string]int{"ReadAccessKeys": 1})
	if got, err := w.Update(bg, own, Spec{State: Active, Tag: "mine"}); err != nil || got.Tag != "mine" {
		t.Errorf("other changes are allowed: %v", err)
	}
}

// Deactivate is one call, keeps the expiry, and leaves a key that the next process recognises.
func TestDeactivate(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	key := w.key(Spec{Owner: bob, Tag: "mine", Expires: w.In(year)})
	off, err := w.Deactivate(bg, bob, key)
	if err != nil || off.State != Inactive || !sameInstant(off.Expires, key.Expires) || !off.Unfinished() {
		t.Fatalf("%+v, %v", off, err)
	}
	w.Cost("deactivating", map[string]int{"UpdateAccessKey": 1})
	if _, err := w.Deactivate(bg, bob, off); err != nil {
		t.Error(err)
	}
	w.Cost("deactivating what is inactive", map[string]int{})
	w.restart(w.Client)
	keys, err := w.List(bg, bob)
	if err != nil || len(keys) != 1 || len(differences(keys[0], Spec{State: Inactive, Tag: off.Tag, Expires: key.Expires})) > 0 || !keys[0].Unfinished() {
		t.Errorf("the API has %+v, %v", keys, err)
	}
	w.Called()
	if err := w.Revoke(bg, bob, off); err != nil {
		t.Error(err)
	}
	w.Cost("revoking what is inactive", map[string]int{"DeleteAccessKey": 1})
}

// After a failed deactivation there is no look-up, because Revoke follows.
func TestDeactivate_answerLost(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	key := w.key(Spec{Owner: bob})
	w.Fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.StatusAfter, Status: 403, Code: "4", Times: 1})
	now, err := w.Deactivate(bg, bob, key)
	if err == nil || now != key {
		t.Fatalf("%+v, %v", now, err)
	}
	if err := w.Revoke(bg, bob, now); err != nil {
		t.Error(err)
	}
	w.OnlyLive()
}
