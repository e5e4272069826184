package user

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// ModifyPlan checks a new name, and plans the `policy` blocks. If the plan destroys the user, it warns of its keys.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.warnRevoked(ctx, codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics), &resp.Diagnostics)
		return
	}
	config := codec.Decode(req.Config.Schema, req.Config.Raw, &resp.Diagnostics)
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	var state model
	if !req.State.Raw.IsNull() {
		state = codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
		if plan.toSpec() == state.toSpec() {
			plan.LastModificationDate = state.LastModificationDate
		}
		base.CheckRename(r.Data, base.Rename{Kind: "user", Attribute: "user_name", ID: state.ID.ValueString(), From: state.UserName, To: plan.UserName},
			func() ([]user.User, error) { return r.Data.Users.List(ctx) }, func(u user.User) (id, name string) { return u.ID, u.Name }, &resp.Diagnostics)
	}
	if r.Data != nil {
		r.Data.Memory.PlanUser(plan.UserName.ValueString(), req.State.Raw.IsNull())
	}
	plan.Policy = policyblock.Plan(ctx, r.Data, config.Policy, state.Policy, rights.Principal{Name: state.UserName.ValueString()}, state.ID.ValueString(), plan.UserName, &resp.Diagnostics)
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}

// warnRevoked names the access keys that a destroy with `force_destroy` revokes with the user. If they cannot be read, the apply
// reports it.
func (r *Resource) warnRevoked(ctx context.Context, state model, diags *diag.Diagnostics) {
	if !state.ForceDestroy.ValueBool() || r.Data == nil || r.Data.Unknown() {
		return
	}
	keys, err := r.Data.Keys.List(ctx, key.Owner{UserID: state.ID.ValueString()})
	if err != nil || len(keys) == 0 {
		return
	}
	var list strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&list, "\n- %s, %s", k.ID, k.State)
		if k.Tag != "" {
			list.WriteString(", tag " + text.Quote(k.Tag))
		}
	}
	diags.AddWarning("Access keys revoked with their user: "+state.UserName.ValueString(), fmt.Sprintf(
		"With `force_destroy`, the apply revokes every access key of %s, including those that Terraform does not manage. The user now has:\n%s\n\n"+
			"To keep a key, set `force_destroy = false` and apply that before the destroy.", state.describe(), list.String()))
}
