package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// ModifyPlan checks a new name, and plans the `policy` blocks.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
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
	plan.Policy = policyblock.Plan(ctx, r.Data, config.Policy, state.Policy, rights.Principal{Name: state.UserName.ValueString()}, state.ID.ValueString(), plan.UserName, &resp.Diagnostics)
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}
