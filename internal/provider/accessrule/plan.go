package accessrule

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// ModifyPlan keeps the ranges of the state if those of the configuration mean the same. It refuses a change or a destroy
// that would lock this provider out.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data == nil || r.Data.Unknown() || req.State.Raw.IsNull() { // a new rule locks nobody out
		return
	}
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		r.refuseLockOut(ctx, &resp.Diagnostics, state, nil, state.AllowLockout.ValueBool())
		return
	}
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !plan.isKnown(ctx) {
		return // in the second plan, at apply, everything is known
	}
	if access.SameRanges(items(plan.IPRanges), items(state.IPRanges)) && !state.IPRanges.IsNull() {
		plan.IPRanges = state.IPRanges
		codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
	}
	after := plan.toRule(state.ID.ValueString())
	if !access.SameRule(after, state.toRule(state.ID.ValueString())) {
		r.refuseLockOut(ctx, &resp.Diagnostics, state, &after, plan.AllowLockout.ValueBool())
	}
}

// refuseLockOut appends an error for a change after which no rule admits the calls of this provider, or a warning if that
// is allowed or not known. after is nil for a destroy.
func (r *Resource) refuseLockOut(ctx context.Context, diags *diag.Diagnostics, state model, after *access.Rule, allowed bool) {
	err := r.Data.Access.CheckChanges(ctx, r.Data.Memory.PlanRule(state.ID.ValueString(), after))
	var locked *access.LockOutError
	var undecided *access.UndecidedError
	switch {
	case errors.As(err, &locked) && allowed && locked.Left == 0:
		diags.AddWarning(lockOut+": "+state.ID.ValueString(), lockOutText(state, locked)+"\n\n`allow_lockout` is true: the deletion is tried, and fails unless there is another rule by then.")
	case errors.As(err, &locked) && allowed:
		diags.AddWarning(lockOut+": "+state.ID.ValueString(), lockOutText(state, locked)+"\n\n`allow_lockout` is true: the change is made.")
	case errors.As(err, &locked):
		diags.AddError(lockOut, lockOutText(state, locked)+remedy(locked, after == nil))
	case errors.As(err, &undecided):
		why := "The log of the API does not show from which address its calls come."
		if undecided.Err != nil {
			why = diag.Error(lockOutUnknown, "Reading from which address the calls of this provider come", undecided.Err).Detail()
		} else if undecided.Caller.Address.IsValid() {
			why = "It is not known whether a certificate authority of the rules issued the client certificate."
		}
		diags.AddWarning(lockOutUnknown+": "+state.ID.ValueString(), "After the change or the deletion of "+state.describe()+" the account may have no API access rule that accepts the calls of this provider.\n\n"+
			why+"\n\nCheck that another rule accepts the calls of this machine before you apply.")
	case err != nil:
		diag.Add(diags, notPlanned, "Checking what is left of the API access rules without "+state.describe(), err)
	}
}

func lockOutText(state model, e *access.LockOutError) string {
	if e.Left == 0 {
		return state.describe() + " is the last one of the account. The API does not delete the last rule, because that would lock everybody out."
	}
	from, with := "an unknown address", "without a client certificate"
	if e.Caller.Address.IsValid() {
		from = e.Caller.Address.String()
	}
	if len(e.Caller.Chain) > 0 {
		with = fmt.Sprintf("with a client certificate for %q", e.Caller.Chain[0].Subject.CommonName)
	}
	return fmt.Sprintf("After the change or the deletion of %s, none of the API access rules of the account (%d) accepts the calls of this provider, which come from %s, %s.",
		state.describe(), e.Left, from, with)
}

func remedy(e *access.LockOutError, destroy bool) string {
	const first = "\n\nFirst add a rule that accepts the calls of this machine, in an apply of its own"
	switch {
	case e.Left == 0:
		return first + ". To keep this rule, remove it from the state (`terraform state rm`). Then the rest can be destroyed."
	case destroy:
		return first + ", or set `allow_lockout` to true and apply before the destroy."
	}
	return first + ", or set `allow_lockout` to true."
}
