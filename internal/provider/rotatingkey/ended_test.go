package rotatingkey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// because returns the configuration of a monthly pair of alice with a trigger.
func because(why string) acctest.Args {
	return monthly(acctest.Args{"user_name": "alice", "triggers": map[string]any{"why": why}})
}

// newPair creates a pair of alice and rotates it, so that both keys are valid. It returns their ids.
func newPair(t *testing.T) (h *acctest.Protocol, pair *acctest.Resource, current, previous string) {
	t.Helper()
	h = acctest.NewProtocol(t)
	h.CreateUser("alice")
	pair = h.Resource(rotatingKey, because("first"))
	pair.Update(because("second"))
	return h, pair, pair.String("access_key_id"), pair.String("previous_access_key_id")
}

// expiresIn changes the expiry of a key out of band.
func expiresIn(h *acctest.Protocol, left time.Duration) func(in *api.UpdateAccessKeyInput) {
	return func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = ptr(h.Simulator.Now().Add(left)) }
}

// TestRotatingKey_onlyPreviousWorks: if the current key does not work any more, the previous key stays valid, and the current
// one is deleted. No key is activated, and the next plan is empty.
func TestRotatingKey_onlyPreviousWorks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outOfBand func(h *acctest.Protocol)
		warning   string
		writes    []string
	}{
		"deactivated": {func(h *acctest.Protocol) { h.UpdateKey(current(h), deactivate) }, "Access key was deactivated",
			[]string{"DeleteAccessKey", "CreateAccessKey", "UpdateAccessKey"}},
		"expired": {func(h *acctest.Protocol) { h.UpdateKey(current(h), expiresIn(h, time.Hour)); h.Advance(2 * time.Hour) }, "Access key has expired",
			[]string{"UpdateAccessKey", "DeleteAccessKey", "CreateAccessKey", "UpdateAccessKey"}},
		"deleted": {func(h *acctest.Protocol) { h.DeleteKey(current(h)) }, "Access key is gone",
			[]string{"CreateAccessKey", "UpdateAccessKey"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, pair, second, first := newPair(t)
			c.outOfBand(h)
			h.ResetCalls()
			plan := pair.Plan(because("second")).Expect(acctest.Update, rotation)
			plan.ExpectWarning(c.warning+": "+second, first, "stays the previous key")
			plan.ExpectNoWarning("Previous access key revoked before its expiry: " + first)
			plan.Apply().ExpectWarning("Previous access key stays valid: "+first, second)
			h.ExpectWrites(c.writes...)
			expectPair(t, h, pair, true)
			if old := h.Keys()[0]; old.AccessKeyID != first || old.State != "ACTIVE" {
				t.Errorf("the previous key is %s, %s", old.AccessKeyID, old.State)
			}
			pair.ExpectEmptyPlan(because("second"))
		})
	}
}

// TestRotatingKey_onlyPreviousWorksAndCreateFails: the only valid key stays valid and in the state, and the next run creates a key.
func TestRotatingKey_onlyPreviousWorksAndCreateFails(t *testing.T) {
	t.Parallel()
	h, pair, _, first := newPair(t)
	h.UpdateKey(current(h), deactivate)
	h.SetFaults(acctest.Refusal("CreateAccessKey"))
	pair.Apply(because("second")).ExpectErrorAmong("Access key not rotated")
	h.SetFaults()
	if k := h.OnlyKey(); k.AccessKeyID != first || k.State != "ACTIVE" || pair.Get("previous_access_key_id") != first {
		t.Errorf("key %s is %s, and the state has %v", k.AccessKeyID, k.State, pair.Get("previous_access_key_id"))
	}
	pair.Update(because("second"))
	expectPair(t, h, pair, true)
}

// TestRotatingKey_neitherWorks: a deactivated key is never activated. The current one stays as the previous key until its expiry.
func TestRotatingKey_neitherWorks(t *testing.T) {
	t.Parallel()
	h, pair, second, _ := newPair(t)
	for _, k := range h.Keys() {
		h.UpdateKey(k, deactivate)
	}
	plan := pair.Plan(because("second"))
	plan.ExpectWarning("Access key was deactivated: "+second, "stays INACTIVE")
	plan.Apply().ExpectNoErrors()
	expectPair(t, h, pair, true)
	if old := h.Keys()[0]; old.AccessKeyID != second || old.State != "INACTIVE" {
		t.Errorf("the previous key is %s, %s", old.AccessKeyID, old.State)
	}
	pair.ExpectEmptyPlan(because("second"))
}

// TestRotatingKey_deactivatedAfterPlan: the plan shows that the previous key is revoked. Somebody deactivates the current key
// before the apply, so the previous key, the only one that works, is kept, and a warning says so.
func TestRotatingKey_deactivatedAfterPlan(t *testing.T) {
	t.Parallel()
	h, pair, _, first := newPair(t)
	plan := pair.Plan(because("third"))
	plan.ExpectWarning("Previous access key revoked before its expiry: " + first)
	h.UpdateKey(current(h), deactivate)
	plan.Apply().ExpectWarning("Previous access key stays valid: "+first, "did not work any more")
	expectPair(t, h, pair, true)
}

// TestRotatingKey_oldKeyWithinLifetime: no rotation leaves a key valid for longer than a lifetime, and the plan says so.
func TestRotatingKey_oldKeyWithinLifetime(t *testing.T) {
	t.Parallel()
	weekly := because("second")
	weekly["lifetime"], weekly["rotate_before"] = "7d", "1d"
	for name, c := range map[string]struct {
		outOfBand func(h *acctest.Protocol)
		config    acctest.Args
		warning   string
		most      time.Duration
	}{
		"a shorter lifetime": {func(*acctest.Protocol) {}, weekly, "Access key gets an earlier expiry", 7 * day},
		"moved by hand":      {func(h *acctest.Protocol) { h.UpdateKey(current(h), expiresIn(h, 400*day)) }, because("second"), "Access key gets an earlier expiry", 30 * day},
		"removed by hand": {func(h *acctest.Protocol) {
			h.UpdateKey(current(h), func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true })
		}, because("second"), "Access key gets an expiry", 30 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			pair := h.Resource(rotatingKey, because("first"))
			old := pair.String("access_key_id")
			c.outOfBand(h)
			plan := pair.Plan(c.config).Expect(acctest.Update, rotation)
			plan.ExpectWarning(c.warning+": "+old, "The `lifetime` is")
			plan.Apply().ExpectNoErrors()
			expectPair(t, h, pair, true)
			expectWithin(t, h, old, c.most)
			pair.ExpectEmptyPlan(c.config)
		})
	}
}

// TestRotatingKey_previousWithinLifetime: a previous key whose expiry was removed or moved gets one within a lifetime. The plan
// says so, and no key rotates.
func TestRotatingKey_previousWithinLifetime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(in *api.UpdateAccessKeyInput)
		warning string
	}{
		"moved":   {func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = ptr(in.ExpirationDate.Add(400 * day)) }, "Access key gets an earlier expiry"},
		"removed": {func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true }, "Access key gets an expiry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, pair, second, first := newPair(t)
			h.UpdateKey(h.Key(first), c.change)
			h.ResetCalls()
			plan := pair.Plan(because("second")).Expect(acctest.Update, acctest.Args{
				"access_key_id": second, "previous_access_key_id": first, "previous_expiration_date": acctest.Unknown,
			})
			plan.ExpectWarning(c.warning+": "+first, "The `lifetime` is")
			plan.Apply().ExpectNoErrors()
			h.ExpectWrites("UpdateAccessKey")
			expectPair(t, h, pair, true)
			expectWithin(t, h, first, 30*day)
			pair.ExpectEmptyPlan(because("second"))
		})
	}
}

// expectWithin checks that the key at the API expires within this time, and not much earlier.
func expectWithin(t *testing.T, h *acctest.Protocol, id string, most time.Duration) {
	t.Helper()
	if left := h.Key(id).ExpirationDate.Sub(h.Simulator.Now()); left > most || left < most-time.Minute {
		t.Errorf("key %s is valid for %v, want %v", id, left, most)
	}
}

// TestRotatingKey_onlyPreviousWorksAndNotSealed: the secret of the new key cannot be sealed. The state keeps the previous key, even
// if the new key cannot be revoked.
func TestRotatingKey_onlyPreviousWorksAndNotSealed(t *testing.T) {
	t.Parallel()
	for name, left := range map[string]int{"revoked": 1, "not revoked": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, pair, _, first := newPair(t)
			h.DeleteKey(current(h))
			gpg := acctest.OpenPGPPair(t, h.Simulator.Now().Add(-day), 2*day, "")
			h.OnCall(func(action string) {
				if action == "CreateAccessKey" {
					_ = h.Simulator.Advance(2 * day)
				}
			})
			if left == 2 {
				h.SetFaults(acctest.Refusal("DeleteAccessKey"))
			}
			config := because("second")
			config["seal_to"] = []any{gpg.Public}
			pair.Apply(config).ExpectErrorAmong("Secret not sealed", acctest.At("seal_to"))
			if n := len(h.Keys()); n != left || pair.Get("previous_access_key_id") != first || h.Key(first).State != "ACTIVE" {
				t.Errorf("%d keys, the previous key is %v", n, pair.Get("previous_access_key_id"))
			}
		})
	}
}
