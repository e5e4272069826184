package rotatingkey

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// revoking is a service of keys that only revokes.
type revoking struct {
	providerdata.Keys
	err     error
	revoked []string
}

func (r *revoking) Revoke(_ context.Context, _ key.Owner, have key.Key) error {
	r.revoked = append(r.revoked, have.ID)
	return r.err
}

// TestSeal_failureKeepsOldKey: the secret of the new key is lost, so the new key is revoked. If that fails, the state has it as
// the key to revoke next.
func TestSeal_failureKeepsOldKey(t *testing.T) {
	for what, c := range map[string]struct {
		stuck, first bool // the new key cannot be revoked; there is no key before it
		kept         bool // a state is saved
		previous     string
	}{
		"revoked":              {false, false, true, ""},
		"not revoked":          {true, false, true, "AK3"},
		"the first":            {false, true, false, ""},
		"the first, and stuck": {true, true, true, ""},
	} {
		t.Run(what, func(t *testing.T) {
			keys := &revoking{}
			if c.stuck {
				keys.err = errors.New("broken")
			}
			r := New().(*Resource)
			clock := func() domain.Clock { return domain.Clock{Machine: now, API: now} }
			r.Data = providerdata.Configured(providerdata.Services{Keys: keys}, clock, "", providerdata.Options{})
			expires := now.Add(30 * day)
			pair := rotation.Pair{Current: key.Key{ID: "AK3", Secret: "the new secret", State: key.Active, Expires: &expires}}
			var prior *model
			if !c.first {
				old := state()
				prior, pair.Previous = &old, key.Key{ID: "AK2", Expires: &expires}
			}
			made := applied{state: config(func(m *model) { m.SealTo = texts(keyA) }).withRotated(pair, now, true), exists: true}
			var diags diag.Diagnostics
			got := r.seal(t.Context(), made, pair, seal.Recipients{}, prior, &diags)
			if !diags.HasError() || len(keys.revoked) != 1 || keys.revoked[0] != "AK3" || got.exists != c.kept {
				t.Fatalf("revoked %v, a state is saved: %v, %v", keys.revoked, got.exists, diags)
			}
			if !c.first && (got.state.ID.ValueString() != "AK2" || got.state.PreviousAccessKeyID.ValueString() != c.previous || got.state.SecretKey.ValueString() != "the secret") {
				t.Errorf("current %s, before it %s", got.state.ID, got.state.PreviousAccessKeyID)
			}
			if got.state.SecretKey.Equal(types.StringValue("the new secret")) {
				t.Error("the secret that was to be sealed is in the state in clear")
			}
		})
	}
}

// TestDurationsFor: an imported key gets durations with which it can be planned: the window is shorter than the lifetime,
// and has not begun where that is possible.
func TestDurationsFor(t *testing.T) {
	for what, c := range map[string]struct {
		age, left        time.Duration // left 0 = no expiry
		lifetime, before time.Duration
	}{
		"without an expiry":   {10 * day, 0, 90 * day, 22*day + 12*time.Hour},
		"young":               {10 * day, 20 * day, 30 * day, 7*day + 12*time.Hour},
		"near its end":        {28 * day, 2 * day, 30 * day, day},
		"expired":             {30 * day, -time.Hour, 30*day - time.Hour, (30*day - time.Hour) / 4},
		"expires in a moment": {time.Hour, time.Second, time.Hour + time.Second, time.Minute},
		"of a short life":     {time.Second, time.Second, 4 * time.Minute, time.Minute},
	} {
		k := key.Key{Created: now.Add(-c.age)}
		if c.left != 0 {
			at := now.Add(c.left)
			k.Expires = &at
		}
		if lifetime, before := durationsFor(k, now); lifetime != c.lifetime || before != c.before || before >= lifetime {
			t.Errorf("%s: %v, %v, want %v, %v", what, lifetime, before, c.lifetime, c.before)
		}
	}
}
