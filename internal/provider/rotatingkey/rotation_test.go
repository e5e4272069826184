package rotatingkey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// current is the key at the API that was created last.
func current(h *acctest.Protocol) admin.AccessKey {
	keys := h.Keys()
	return keys[len(keys)-1]
}

// TestRotatingKey_rotatesFor: each change of the current key that causes a rotation, in place, and with an empty plan after it.
func TestRotatingKey_rotatesFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before   func(h *acctest.Protocol)
		previous bool // the old key is still there
	}{
		"its age":           {func(h *acctest.Protocol) { h.Advance(23*day + time.Hour) }, true},
		"its end":           {func(h *acctest.Protocol) { h.Advance(31 * day) }, false},
		"its end, long ago": {func(h *acctest.Protocol) { h.Advance(400 * day) }, false},
		"deactivation":      {func(h *acctest.Protocol) { h.UpdateKey(current(h), deactivate) }, true},
		"deletion":          {func(h *acctest.Protocol) { h.DeleteKey(current(h)) }, false},
		"an earlier end": {func(h *acctest.Protocol) {
			h.UpdateKey(current(h), func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = ptr(h.Simulator.Now().Add(2 * day)) })
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			config := monthly(acctest.Args{"user_id": h.CreateUser("alice").ID})
			pair := h.Resource(rotatingKey, config)
			c.before(h)
			pair.Plan(config).Expect(acctest.Update, rotation)
			pair.Update(config)
			expectPair(t, h, pair, c.previous)
			expectEnd(t, h, 30*day)
		})
	}
}

// TestRotatingKey_repaired: changes out of band and of the configuration that need no new key are made in place.
func TestRotatingKey_repaired(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outOfBand func(in *api.UpdateAccessKeyInput)
		config    acctest.Args
		ends      time.Duration
	}{
		"the expiry removed":  {func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true }, monthly(), 30 * day},
		"the expiry moved on": {func(in *api.UpdateAccessKeyInput) { in.ExpirationDate = ptr(in.ExpirationDate.Add(100 * day)) }, monthly(), 30 * day},
		"the tag":             {func(in *api.UpdateAccessKeyInput) { in.Tag = ptr("other") }, monthly(), 20 * day},
		"a shorter lifetime":  {nil, acctest.Args{"lifetime": "14d", "rotate_before": "7d"}, 14 * day},
		"a longer lifetime":   {nil, acctest.Args{"lifetime": "60d", "rotate_before": "7d"}, 20 * day},
		"another window":      {nil, acctest.Args{"lifetime": "30d", "rotate_before": "10d"}, 20 * day},
		"a tag":               {nil, monthly(acctest.Args{"tag": "x"}), 20 * day},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			pair := h.Resource(rotatingKey, monthly())
			id, secret := pair.Get("access_key_id"), pair.Get("secret_key")
			h.Advance(10 * day)
			if c.outOfBand != nil {
				h.UpdateKey(current(h), c.outOfBand)
			}
			pair.Plan(c.config).Expect(acctest.Update, acctest.Args{"access_key_id": id, "secret_key": secret})
			pair.Update(c.config)
			expectPair(t, h, pair, false)
			expectEnd(t, h, c.ends)
		})
	}
}

// TestRotatingKey_otherSpellingOfDuration: another spelling of a duration is no change.
func TestRotatingKey_otherSpellingOfDuration(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	pair := h.Resource(rotatingKey, monthly())
	pair.ExpectEmptyPlan(acctest.Args{"lifetime": "720h", "rotate_before": "P1W"})
	pair.ExpectEmptyPlan(acctest.Args{"lifetime": "P30D", "rotate_before": "PT168H"})
}

// TestRotatingKey_triggers: each change rotates at once. Before the third key is created, the first one is revoked.
func TestRotatingKey_triggers(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	because := func(why any) acctest.Args {
		return monthly(acctest.Args{"user_name": "alice", "triggers": map[string]any{"why": why}})
	}
	pair := h.Resource(rotatingKey, because("first"))
	h.ResetCalls()
	pair.Plan(because("second")).Expect(acctest.Update, rotation)
	pair.Update(because("second"))
	expectPair(t, h, pair, true)
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey")

	h.ResetCalls()
	previous := pair.String("previous_access_key_id")
	warning := "Previous access key revoked before its expiry: " + previous
	pair.Plan(because("third")).Expect(acctest.Update, rotation).ExpectWarning(warning, "expires on "+pair.String("previous_expiration_date"))

	// A key that is INACTIVE has no consumers. It was not known to be before the refresh.
	h.UpdateKey(h.Key(previous), deactivate)
	pair.Read().ExpectNoErrors()
	pair.Plan(because("third")).Expect(acctest.Update, rotation).ExpectNoWarning(warning)
	h.UpdateKey(h.Key(previous), func(in *api.UpdateAccessKeyInput) { in.State = "ACTIVE" })
	pair.Read().ExpectNoErrors()
	pair.Plan(because("third")).Expect(acctest.Update, rotation).ExpectWarning(warning)
	h.ResetCalls()
	pair.Update(because("third"))
	expectPair(t, h, pair, true)
	h.ExpectWrites("UpdateAccessKey", "DeleteAccessKey", "CreateAccessKey", "UpdateAccessKey")

	plan := pair.Plan(because(acctest.Unknown)).Expect(acctest.Update, rotation)
	plan.ApplyWith(because("fourth")).ExpectNoErrors()
	pair.ExpectEmptyPlan(because("fourth"))
	expectPair(t, h, pair, true)
}

// TestRotatingKey_ownerIsGone: the pair is planned again, with its owner.
func TestRotatingKey_ownerIsGone(t *testing.T) {
	t.Parallel()
	for name, byID := range map[string]bool{"by name": false, "by id": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			owner := h.Resource(user, acctest.Args{"user_name": "alice"})
			config := func() acctest.Args {
				if byID {
					return monthly(acctest.Args{"user_id": owner.Get("user_id")})
				}
				return monthly(acctest.Args{"user_name": "alice"})
			}
			pair := h.Resource(rotatingKey, config())
			h.DeleteKey(current(h))
			h.NoError(h.API().DeleteUser(t.Context(), "alice"))
			unknown := config()
			if byID {
				unknown["user_id"] = acctest.Unknown
			}
			plan := pair.Plan(unknown).Expect(acctest.Create, nil)
			owner.Update(acctest.Args{"user_name": "alice"})
			plan.ApplyWith(config()).ExpectNoErrors()
			pair.ExpectEmptyPlan(config())
			expectPair(t, h, pair, false)
		})
	}
}

// TestRotatingKey_ownerChanges: a rename is followed by id; another owner gets a new pair, and both old keys are revoked.
func TestRotatingKey_ownerChanges(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	alice := h.Resource(user, acctest.Args{"user_name": "alice"})
	h.CreateUser("bob")
	config := monthly(acctest.Args{"user_id": alice.Get("user_id")})
	pair := h.Resource(rotatingKey, config)
	alice.Update(acctest.Args{"user_name": "robert"})
	pair.ExpectEmptyPlan(config)
	expectPair(t, h, pair, false)
	h.Advance(24 * day)
	pair.Update(config)
	expectPair(t, h, pair, true)

	bobs := monthly(acctest.Args{"user_name": "bob"})
	pair.Plan(bobs).Expect(acctest.Replace, nil).Apply().ExpectNoErrors()
	pair.ExpectEmptyPlan(bobs)
	expectPair(t, h, pair, false)
	if owner := h.OnlyKey().UserName; owner != "bob" {
		t.Errorf("the key belongs to %q", owner)
	}
}

// TestRotatingKey_goneAndOwnerRenamed: the plan of the next key shows the name that the owner has now, even if
// ignore_changes fills the owner from the state.
func TestRotatingKey_goneAndOwnerRenamed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	alice := h.Resource(user, acctest.Args{"user_name": "alice"})
	config := monthly(acctest.Args{"user_id": alice.Get("user_id")})
	pair := h.Resource(rotatingKey, config)
	h.DeleteKey(h.OnlyKey())
	alice.Update(acctest.Args{"user_name": "robert"})
	pair.IgnoreChanges = []string{"user_id", "user_name"}
	pair.Plan(config).Expect(acctest.Update, acctest.Args{"user_name": "robert"}).Apply().ExpectNoErrors()
	if owner := h.OnlyKey().UserName; owner != "robert" {
		t.Errorf("the key belongs to %q", owner)
	}
}

// TestRotatingKey_failsHalfWay: at each of its calls a rotation leaves the old key alone or both keys in the state; the next
// run heals it.
func TestRotatingKey_failsHalfWay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault   simulator.Fault
		failure string // the part of an error, "" for none
		rotated bool
	}{
		"create is refused":     {acctest.Refusal("CreateAccessKey"), "Access key not rotated", false},
		"one answer is lost":    {simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Times: 1}, "", true},
		"update is refused":     {acctest.Refusal("UpdateAccessKey"), "", true},
		"read is refused":       {acctest.Refusal("ReadAccessKeys"), "Access key not rotated", false},
		"quota is full by then": {simulator.Fault{Action: "CreateAccessKey", Kind: faults.Status, Status: 400, Code: "10005"}, "Access key not rotated", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			pair := h.Resource(rotatingKey, monthly())
			old := h.OnlyKey().AccessKeyID
			h.Advance(24 * day)
			plan := pair.Plan(monthly()).Expect(acctest.Update, rotation)
			h.SetFaults(c.fault)
			applied := plan.Apply()
			if c.failure == "" {
				applied.ExpectNoErrors()
			} else {
				applied.ExpectErrorAmong(c.failure)
			}
			h.SetFaults()
			if h.Key(old).State != "ACTIVE" {
				t.Error("the old key was touched")
			}
			if rotated := pair.Get("access_key_id") != old; rotated != c.rotated {
				t.Errorf("the state has another key: %v", rotated)
			}
			expectPair(t, h, pair, c.rotated)
			pair.Update(monthly())
			expectPair(t, h, pair, true)
			if pair.Get("previous_access_key_id") != old {
				t.Errorf("before the current key: %v", pair.Get("previous_access_key_id"))
			}
		})
	}
}

// TestRotatingKey_noThirdKey: if the previous key cannot be deleted, there is no rotation, and the state keeps both keys.
func TestRotatingKey_noThirdKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	because := func(why string) acctest.Args { return monthly(acctest.Args{"triggers": map[string]any{"why": why}}) }
	pair := h.Resource(rotatingKey, because("1"))
	pair.Update(because("2"))
	h.SetFaults(acctest.Refusal("DeleteAccessKey"))
	pair.Apply(because("3")).ExpectErrorAmong("Access key not rotated")
	expectPair(t, h, pair, true)
	h.SetFaults(acctest.Refusal("CreateAccessKey"))
	pair.Apply(because("3")).ExpectErrorAmong("Access key not rotated")
	expectPair(t, h, pair, false)
	h.SetFaults()
	pair.Update(because("3"))
	expectPair(t, h, pair, true)
}
