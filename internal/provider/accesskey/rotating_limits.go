package accesskey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// judgeLimits holds what is planned for a pair of keys against the account's ceiling and its owner's quota.
func (r *RotatingResource) judgeLimits(ctx context.Context, v rotatingVerdict, state *rotatingModel, diags *diag.Diagnostics) {
	replaces := len(v.replace) > 0
	makes := state == nil || replaces || v.plan.AccessKeyID.IsUnknown()
	lifetime, known := v.plan.Lifetime.Meaning()
	if known && (makes || v.plan.ExpirationDate.IsUnknown() || !v.plan.Lifetime.Same(state.Lifetime)) {
		refuseLifetime(ctx, r.session, atLifetime, lifetime, notPlanned, diags)
	}
	if !makes || diags.HasError() {
		return
	}
	owner, known := v.plan.current().knownOwner()
	if state != nil {
		had := state.UserName.ValueString()
		if !state.PreviousAccessKeyID.IsNull() && !state.State.IsNull() {
			r.session.KeyFreed(had) // it goes first
		}
		if replaces {
			// GOTCHA: as for a key that does not rotate (see Resource.judgeLimits).
			r.session.KeyFreed(had)
			if known {
				warnQuota(ctx, r.session, owner, diags)()
				warnLeftovers(r.session, owner, diags)
			}
			return
		}
	}
	if known {
		warnQuota(ctx, r.session, owner, diags)
		warnLeftovers(r.session, owner, diags)
	}
}
