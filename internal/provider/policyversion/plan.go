package policyversion

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// ModifyPlan keeps the document of the state where the configuration writes the same one in another way, plans what a new
// document changes, and says which version becomes the default when this one is destroyed.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.warnDestroy(ctx, req, resp)
		return
	}
	policyjson.KeepEquivalent(ctx, path.Root("document"), req, resp)
	plan := codec.Decode(ctx, resp.Plan.Schema, resp.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if orn := plan.PolicyORN; r.Data != nil && plan.SetAsDefault.ValueBool() && !orn.IsUnknown() && r.Data.Memory.SecondPlan("default version of "+orn.ValueString()) {
		resp.Diagnostics.AddAttributeWarning(path.Root("set_as_default"), twoDefaults, "A policy has one default version, and this configuration sets `set_as_default` for several versions of policy "+
			orn.ValueString()+": each apply makes another one the default. Set it for one.")
	}
	if req.State.Raw.IsNull() {
		if plan.SetAsDefault.ValueBool() {
			plan.DefaultVersion = types.BoolValue(true)
		}
	} else {
		state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
		plan = plan.changing(state)
		plan.warnStaysDefault(state, &resp.Diagnostics)
	}
	codec.Encode(ctx, resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}

// changing is the plan for a version that exists.
func (m model) changing(state model) model {
	m.DefaultVersion = state.DefaultVersion
	switch {
	case m.SetAsDefault.IsUnknown():
		m.DefaultVersion = types.BoolUnknown()
	case m.SetAsDefault.ValueBool():
		m.DefaultVersion = types.BoolValue(true)
	}
	if !m.Document.Equal(state.Document) {
		m.ID, m.VersionID, m.Body = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
		m.CreationDate = isodate.Unknown()
	}
	return m
}

// warnStaysDefault says that a version does not stop being the default one by itself.
func (m model) warnStaysDefault(state model, diags *diag.Diagnostics) {
	if m.SetAsDefault.IsNull() || m.SetAsDefault.IsUnknown() || m.SetAsDefault.ValueBool() || !state.DefaultVersion.ValueBool() {
		return
	}
	diags.AddAttributeWarning(path.Root("set_as_default"), staysDefault, fmt.Sprintf("The %s is the default one, and a policy always has a default version: "+
		"it stays the default until another version is. Set `set_as_default` to true for another version, or destroy this one.", state.describe()))
}

// warnDestroy says which version becomes the default one. It is silent where that cannot be read: the destruction itself
// reports why.
func (r *Resource) warnDestroy(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	if r.Data == nil || r.Data.Unknown() || !state.DefaultVersion.ValueBool() {
		return
	}
	versions, err := r.Data.Policies.Versions(ctx, state.PolicyORN.ValueString(), base.ReadIdentity(ctx, req.Private))
	if err != nil {
		return
	}
	if next := policy.NextDefault(versions, state.VersionID.ValueString()); next != "" {
		resp.Diagnostics.AddWarning(otherDefault, fmt.Sprintf("The %s is the default one and is to be destroyed. Version %s is made the default before: "+
			"its document decides rights then, unless the policy is destroyed in the same run.", state.describe(), next))
	}
}
