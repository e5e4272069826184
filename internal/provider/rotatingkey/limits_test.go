package rotatingkey_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

func lifetimeArgs(lifetime any) acctest.Args {
	return acctest.Args{"lifetime": lifetime, "rotate_before": "7d"}
}

// TestRotatingKey_ceiling: a lifetime that the account does not allow is an error at plan, for the first key, for the next
// one, and for the lifetime of a key that stays; at apply where it is known only then. Nothing is created.
func TestRotatingKey_ceiling(t *testing.T) {
	t.Parallel()
	const summary = "Access key would live too long"
	h := acctest.NewProtocol(t)
	h.Ceiling(30 * day)
	pair := h.NewResource(rotatingKey)
	pair.Plan(lifetimeArgs("31d")).ExpectError(summary, acctest.At("lifetime"), "`lifetime` is 31 days", "longer than 30 days")
	pair.Plan(lifetimeArgs(acctest.Unknown)).Expect(acctest.Create, nil).ApplyWith(lifetimeArgs("31d")).ExpectError(summary, "`lifetime` is 31 days")
	h.ExpectWrites()
	pair.Update(lifetimeArgs("30d"))
	h.ResetCalls()
	pair.ExpectEmptyPlan(lifetimeArgs("30d"))
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 1})
	pair.Plan(lifetimeArgs("31d")).ExpectError(summary, acctest.At("lifetime"), "`lifetime` is 31 days")
}

// TestRotatingKey_fullQuota: the error names the keys, nothing is created, and the next run rotates once there is room.
func TestRotatingKey_fullQuota(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	config := monthly(acctest.Args{"user_name": "alice"})
	pair := h.Resource(rotatingKey, config)
	var others []string
	for range 9 {
		others = append(others, h.CreateKey(api.CreateAccessKeyInput{UserName: "alice"}).ID)
	}
	h.Advance(24 * day)
	pair.Apply(config).ExpectError("Access key not rotated", "code 10005", pair.String("id"), others[0])
	if n := len(h.Keys()); n != 10 || pair.Get("previous_access_key_id") != nil {
		t.Errorf("%d keys, before the current one %v", n, pair.Get("previous_access_key_id"))
	}
	h.DeleteKey(h.Key(others[0]))
	pair.Update(config)
	// A key that is revoked first makes room for the new one.
	pair.Update(monthly(acctest.Args{"user_name": "alice", "triggers": map[string]any{"why": "another"}}))
	if n := len(h.Keys()); n != 10 {
		t.Errorf("%d keys", n)
	}
}

// TestRotatingKey_quotaOfTwo: a pair can rotate with a quota of two keys per user, the limit of an older text (A4).
func TestRotatingKey_quotaOfTwo(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
	h.CreateUser("alice")
	config := monthly(acctest.Args{"user_name": "alice"})
	pair := h.NewResource(rotatingKey)
	for i := range 4 {
		pair.Update(config)
		expectPair(t, h, pair, i > 0)
		h.Advance(24 * day)
	}
}

// TestRotatingKey_unfinishedKeyNamed: as for outscale_access_key, a plan and an apply name the key of a killed run once.
func TestRotatingKey_unfinishedKeyNamed(t *testing.T) {
	t.Parallel()
	const unfinished = "Unfinished access key found"
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	id := h.CreateKey(api.CreateAccessKeyInput{UserName: "alice", Tag: "terraform-unfinished-by-hand", ExpirationDate: ptr(h.Simulator.Now().Add(365 * day))}).ID
	h.Advance(time.Hour)
	config := monthly(acctest.Args{"user_name": "alice"})
	pair := h.NewResource(rotatingKey)
	plan := pair.Plan(config).Expect(acctest.Create, nil)
	plan.ExpectWarning(unfinished+": "+id, "terraform-unfinished-by-hand")
	applied := plan.Apply()
	applied.ExpectNoErrors()
	applied.Apply.ExpectWarning(unfinished + ": " + id)
	later := pair.ExpectEmptyPlan(config)
	later.ExpectWarning(unfinished + ": " + id)
	for _, got := range []acctest.Diagnostics{plan.Diagnostics, applied.Apply, later.Diagnostics} {
		if n := got.Count(unfinished); n != 1 {
			t.Errorf("warned %d times:\n%s", n, got)
		}
	}
}
