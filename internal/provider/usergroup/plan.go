package usergroup

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

// ModifyPlan checks a new name, and plans the blocks and the attributes that a rename changes.
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
			plan.LastModificationDate, plan.ORN = state.LastModificationDate, state.ORN
		}
		base.CheckRename(r.Data, base.Rename{Kind: "user group", Attribute: "user_group_name", ID: state.ID.ValueString(), From: state.UserGroupName, To: plan.UserGroupName},
			func() ([]group.Group, error) { return r.Data.Groups.List(ctx) }, func(g group.Group) (id, name string) { return g.ID, g.Name }, &resp.Diagnostics)
	}
	plan.Policy = policyblock.Plan(ctx, r.Data, config.Policy, state.Policy, rights.Principal{Group: true, Name: state.UserGroupName.ValueString()}, state.ID.ValueString(), plan.UserGroupName, &resp.Diagnostics)
	for _, m := range blockset.Removed[member](ctx, config.User, state.User, &resp.Diagnostics) {
		r.Data.PlanRelation(&resp.Diagnostics, "user "+m.UserName.ValueString()+" in user group "+state.UserGroupName.ValueString(), providerdata.RemovedByBlocks)
	}
	for _, m := range blockset.Decode[member](ctx, config.User, &resp.Diagnostics) {
		// Only ignore_changes sets a computed attribute here: then the blocks change nothing.
		if m.UserID.IsNull() && m.UserName.ValueString() != "" && plan.UserGroupName.ValueString() != "" {
			r.Data.PlanRelation(&resp.Diagnostics, "user "+m.UserName.ValueString()+" in user group "+plan.UserGroupName.ValueString(), providerdata.InBlocks)
		}
	}
	prior := blockset.Decode[member](ctx, state.User, &resp.Diagnostics)
	if len(prior) > 0 && !config.User.IsUnknown() && len(config.User.Elements()) == 0 {
		var names []string
		for _, m := range prior {
			names = append(names, m.UserName.ValueString())
		}
		resp.Diagnostics.AddWarning("Users are removed from the group: "+state.ID.ValueString(),
			"The configuration no longer has `user` blocks. These users will be removed from "+state.describe()+": "+strings.Join(names, ", ")+".\n\n"+
				"To keep them, for example to manage them with `outscale_user_group_membership` from now on, add `lifecycle { ignore_changes = [user] }` and keep it.")
	}
	plan.User = blockset.Plan[member](ctx, config.User, state.User, userBlock, "user_name", &resp.Diagnostics)
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}
