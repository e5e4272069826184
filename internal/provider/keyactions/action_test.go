package keyactions_test

import (
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	deactivate = "outscale_access_key_deactivate"
	activate   = "outscale_access_key_activate"
	revoke     = "outscale_access_key_revoke"
	rotate     = "outscale_rotating_access_key_rotate"
)

// TestAction_stateKeepsExpiryAndTag deactivates and activates a key whose owner is given in each way. Nothing else changes.
func TestAction_stateKeepsExpiryAndTag(t *testing.T) {
	h := acctest.NewProtocol(t)
	alice := h.CreateUser("alice")
	at := h.Simulator.Now().Add(90 * 24 * time.Hour)
	id := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "ci", ExpirationDate: &at}).ID
	before := h.Key(id)
	for name, owner := range map[string]acctest.Args{"no owner": {}, "name": {"user_name": "alice"}, "id": {"user_id": alice.ID}} {
		for typeName, state := range map[string]string{deactivate: "INACTIVE", activate: "ACTIVE"} {
			h.UpdateKey(h.Key(id), func(in *api.UpdateAccessKeyInput) {
				in.State = map[string]string{"INACTIVE": "ACTIVE", "ACTIVE": "INACTIVE"}[state]
			})
			h.ResetCalls()
			config := acctest.Args{"access_key_id": id, "user_name": owner["user_name"], "user_id": owner["user_id"]}
			got := h.Invoke(typeName, config)
			got.ExpectNone()
			h.ExpectWrites("UpdateAccessKey")
			key := h.Key(id)
			if key.State != state || !key.ExpirationDate.Equal(*before.ExpirationDate) || acctest.Tag(key) != "ci" {
				t.Errorf("%s, %s: %+v", name, typeName, key)
			}
			expectProgress(t, got, "Access key "+id+" is now "+state+".")
			h.ResetCalls()
			expectProgress(t, h.Invoke(typeName, config), "Access key "+id+" is already "+state+".")
			h.ExpectWrites()
		}
	}
}

func expectProgress(t *testing.T, got *acctest.Invoked, want ...string) {
	t.Helper()
	got.ExpectNoErrors()
	if !slices.Equal(got.Progress, want) {
		t.Errorf("progress %q, want %q", got.Progress, want)
	}
}

// TestAction_revoke: the action deactivates an active key before it deletes it, and succeeds if the key is already gone. The next
// plan of the key's resource creates a new key.
func TestAction_revoke(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	key := h.Resource("outscale_access_key", acctest.Args{"user_name": "alice"})
	id := key.String("access_key_id")
	h.ResetCalls()
	expectProgress(t, h.Invoke(revoke, acctest.Args{"access_key_id": id}), "Access key "+id+" is revoked.")
	h.ExpectWrites("UpdateAccessKey", "DeleteAccessKey")
	h.ResetCalls()
	for _, owner := range []any{nil, "alice"} {
		expectProgress(t, h.Invoke(revoke, acctest.Args{"access_key_id": id, "user_name": owner}), "Access key "+id+" is already gone.")
	}
	h.ExpectWrites()
	key.Plan(acctest.Args{"user_name": "alice"}).Expect(acctest.Create, nil)
}

// TestAction_ownKey: the plan of an action refuses the key that signs the calls.
func TestAction_ownKey(t *testing.T) {
	h := acctest.NewProtocol(t)
	own := acctest.Args{"access_key_id": h.RootAccessKey}
	h.PlanAction(deactivate, own).ExpectError("Access key not deactivated", h.RootAccessKey, "signs the calls")
	h.PlanAction(revoke, own).ExpectError("Access key not revoked", h.RootAccessKey, "signs the calls")
	h.Invoke(activate, own).ExpectNone()
	h.ExpectWrites()
}

// TestAction_rotate: the next plan rotates the pair, and the old key remains valid for the window.
func TestAction_rotate(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	config := acctest.Args{"user_name": "alice", "lifetime": "30d", "rotate_before": "7d"}
	pair := h.Resource("outscale_rotating_access_key", config)
	first := pair.String("access_key_id")
	got := h.Invoke(rotate, acctest.Args{"access_key_id": first, "user_name": "alice", "rotate_before": "7d"})
	expectProgress(t, got, "Access key "+first+" is due for rotation: it expires on "+h.Key(first).ExpirationDate.Format("2006-01-02T15:04:05.000Z")+".")
	pair.Plan(config).Expect(acctest.Update, acctest.Args{"access_key_id": acctest.Unknown})
	pair.Update(config)
	pair.Expect(acctest.Args{"previous_access_key_id": first})
	if left := h.Key(first).ExpirationDate.Sub(h.Simulator.Now()); left > 7*24*time.Hour || left < 7*24*time.Hour-time.Minute {
		t.Errorf("the old key is valid for %s", left)
	}
	h.Invoke(rotate, acctest.Args{"access_key_id": first, "rotate_before": "30s"}).ExpectErrorAt("rotate_before", "at least")
}

// TestAction_rereadsKey: the action keeps a change that was made after this process read the key.
func TestAction_rereadsKey(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	r := h.Resource("outscale_access_key", acctest.Args{"user_name": "alice"})
	id := r.String("access_key_id")
	for _, owner := range []any{"alice", nil} {
		p := h.Start()
		p.Read(r).ExpectNoErrors()
		at := h.Simulator.Now().Add(90 * 24 * time.Hour)
		h.UpdateKey(h.Key(id), func(in *api.UpdateAccessKeyInput) { in.State, in.ExpirationDate = "ACTIVE", &at })
		p.Invoke(deactivate, acctest.Args{"access_key_id": id, "user_name": owner}).ExpectNone()
		if key := h.Key(id); key.State != "INACTIVE" || key.ExpirationDate == nil || key.ExpirationDate.Sub(at).Abs() > time.Second {
			t.Errorf("%v: state %s, expiry %v, want %s", owner, key.State, key.ExpirationDate, at)
		}
	}
}

// TestAction_fails: a wrong key, a wrong owner and a failure of the API are errors, and change nothing.
func TestAction_fails(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.CreateUser("bob")
	id := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"}).ID
	h.Invoke(deactivate, acctest.Args{"access_key_id": "ABSENT"}).ExpectError("Access key not deactivated", "ABSENT")
	h.Invoke(deactivate, acctest.Args{"access_key_id": id, "user_name": "bob"}).ExpectError("Access key not deactivated", id, "bob")
	for _, config := range []acctest.Args{{"access_key_id": "a b"}, {"access_key_id": id, "user_name": "alice", "user_id": "ABC"}} {
		if !h.PlanAction(revoke, config).HasError() {
			t.Errorf("%v is accepted", config)
		}
	}
	h.ExpectWrites()
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	h.Invoke(deactivate, acctest.Args{"access_key_id": id}).ExpectError("Access key not deactivated", id, "UpdateAccessKey")
	h.SetFaults(simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Times: 1})
	h.Invoke(deactivate, acctest.Args{"access_key_id": id}).ExpectNoErrors() // the answer was lost, the change was not
	if state := h.Key(id).State; state != "INACTIVE" {
		t.Errorf("the key is %s", state)
	}
	h.SetFaults()
	h.Block["profile"] = acctest.Unknown
	h.PlanAction(revoke, acctest.Args{"access_key_id": id}).ExpectNoErrors()
	h.Invoke(revoke, acctest.Args{"access_key_id": id}).ExpectError("Access key not revoked", "profile")
}
