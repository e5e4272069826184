package credential

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// TestSwitchOff is one call, keeps the expiry whatever the API makes of an update without it, and leaves a key that the
// next run is told of.
func TestSwitchOff(t *testing.T) {
	for _, version := range []string{"", "1.39"} {
		t.Run("API "+version, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) { o.APIVersion = version })
			w.user("bob")
			bob := Owner{UserName: "bob"}
			key := w.key(Wish{Owner: bob, Tag: "mine", Expires: w.in(year)})
			w.calls()
			off, err := w.SwitchOff(context.Background(), bob, key)
			if err != nil || off.State != Inactive || !sameInstant(off.Expires, key.Expires) || off.Unfinished() != (version == "") {
				t.Fatalf("%+v, %v", off, err)
			}
			w.cost("switching off", map[string]int{"UpdateAccessKey": 1})
			if _, err := w.SwitchOff(context.Background(), bob, off); err != nil {
				t.Error(err)
			}
			w.cost("switching off what is off", map[string]int{})

			next := New(w.api, Options{Now: w.sim.Now})
			keys, err := next.List(context.Background(), bob)
			if err != nil || len(keys) != 1 || len(differences(keys[0], Wish{State: Inactive, Tag: off.Tag, Expires: key.Expires})) > 0 {
				t.Errorf("the API has %+v, %v", keys, err)
			}
			told := next.Leftovers(bob)
			if version == "" && (len(told) != 1 || !strings.Contains(told[0].Detail, key.ID) || !strings.Contains(told[0].Detail, "INACTIVE")) {
				t.Errorf("the next run is told %v", told)
			}
			w.calls()
			if err := w.Revoke(context.Background(), bob, off); err != nil {
				t.Error(err)
			}
			w.cost("revoking what is off", map[string]int{"DeleteAccessKey": 1})
		})
	}
}

// A tag that is refused does not keep a key switched on, and an API that is not known to be old is not taken for one.
func TestSwitchOffWithoutItsTag(t *testing.T) {
	f := &fake{}
	k := f.keeper(t)
	key := keyOf("bob", f.add("bob", "mine", nil))
	f.before = func(c call) error {
		if c.update.Tag != nil {
			return refusal(400, "4045")
		}
		return nil
	}
	off, err := k.SwitchOff(context.Background(), Owner{UserName: "bob"}, key)
	if err != nil || off.State != Inactive || off.Tag != "mine" || f.keys[0].State != "INACTIVE" || k.legacy.Load() {
		t.Errorf("%+v, %v; the API has %+v", off, err, f.keys[0])
	}
}

// Nothing is sent for the caller's own key, for one that is inert by itself in a moment, and for the key that signs. What
// fails says so, and leaves the rest to Revoke.
func TestSwitchOffCallsOnlyForWhatItChanges(t *testing.T) {
	f := &fake{signer: "SIGNER"}
	k, bob := f.keeper(t), Owner{UserName: "bob"}
	own, expired := Key{ID: "OWN", State: Active}, Key{ID: "OLD", UserName: "bob", State: Active, Expires: ptr(k.Now())}
	for _, c := range []struct {
		owner Owner
		key   Key
	}{{Owner{}, own}, {bob, expired}} {
		if now, err := k.SwitchOff(context.Background(), c.owner, c.key); err != nil || now != c.key {
			t.Errorf("%v: %+v, %v", c.key, now, err)
		}
	}
	_, err := k.SwitchOff(context.Background(), bob, Key{ID: "SIGNER", State: Active})
	expect[*OwnKeyError](t, err)
	if calls := f.actions(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
	key := keyOf("bob", f.add("bob", "mine", nil))
	f.before = func(call) error { return refusal(403, "4") }
	if now, err := k.SwitchOff(context.Background(), bob, key); !api.IsForbidden(err) || now != key || !slices.Equal(f.actions(), []string{"UpdateAccessKey"}) {
		t.Errorf("%+v, %v after %v", now, err, f.actions())
	}
}

// An answer that is lost is no reason to look: Revoke ends the key all the same, switched off or gone.
func TestRevokeAfterASwitchOffWhoseAnswerIsLost(t *testing.T) {
	w := newWorld(t)
	w.user("bob")
	bob := Owner{UserName: "bob"}
	key := w.key(Wish{Owner: bob})
	w.fault(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.StatusAfter, Status: 403, Code: "4", Times: 1})
	now, err := w.SwitchOff(context.Background(), bob, key)
	if err == nil || now != key {
		t.Fatalf("%+v, %v", now, err)
	}
	if err := w.Revoke(context.Background(), bob, now); err != nil {
		t.Error(err)
	}
	w.onlyLive()
}
