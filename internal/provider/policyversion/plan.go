package policyversion

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// ModifyPlan keeps the document of the state if that of the configuration means the same, plans what a new document
// changes, and warns which version becomes the default if this one is destroyed.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
		r.warnNextDefault(ctx, state, req.Private, &resp.Diagnostics)
		return
	}
	policyjson.Plan(ctx, path.Root("document"), req, resp)
	plan := codec.Decode(resp.Plan.Schema, resp.Plan.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if orn := plan.PolicyORN; r.Data != nil && plan.SetAsDefault.ValueBool() && !orn.IsUnknown() && r.Data.Memory.SecondPlan("default version of "+orn.ValueString()) {
		resp.Diagnostics.AddAttributeWarning(path.Root("set_as_default"), twoDefaults+": "+orn.ValueString(), "A policy has one default version, and this configuration sets `set_as_default` for several versions of policy "+
			orn.ValueString()+": each apply makes another one the default. Set it for one.")
	}
	if req.State.Raw.IsNull() {
		markReplaced(ctx, req.Private, resp)
		if plan.SetAsDefault.ValueBool() {
			plan.DefaultVersion = types.BoolValue(true)
		}
	} else {
		state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
		moves := !plan.PolicyORN.IsUnknown() && !plan.PolicyORN.Equal(state.PolicyORN)
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, movesKey, []byte(strconv.FormatBool(moves)))...)
		if moves {
			r.warnNextDefault(ctx, state, req.Private, &resp.Diagnostics)
		}
		plan = plan.changing(state)
		plan.warnStaysDefault(state, &resp.Diagnostics)
	}
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}

// changing returns the plan for a version that exists.
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

// warnStaysDefault warns that a version stays the default one until another version is.
func (m model) warnStaysDefault(state model, diags *diag.Diagnostics) {
	if m.SetAsDefault.IsNull() || m.SetAsDefault.IsUnknown() || m.SetAsDefault.ValueBool() || !state.DefaultVersion.ValueBool() {
		return
	}
	diags.AddAttributeWarning(path.Root("set_as_default"), staysDefault+": "+state.importID(), fmt.Sprintf("The %s is the default one, and a policy always has a default version: "+
		"it stays the default until another version becomes the default. Set `set_as_default` to true for another version, or destroy this one.", state.describe()))
}

// The keys in the private state. A CLI plans a replacement twice: first as a change, and then as a new object without a
// state, with the private state of the first plan. The deletion of the old object gets the private state of the second
// plan.
const (
	movesKey    = "moves"    // whether a replacement would move the version to another policy that exists
	replacedKey = "replaced" // the version is replaced in its policy, or together with it
)

// markReplaced marks the plan of a new object that replaces one in the same policy, or in a policy that is replaced.
func markReplaced(ctx context.Context, private base.PrivateState, resp *resource.ModifyPlanResponse) {
	if moves, _ := private.GetKey(ctx, movesKey); string(moves) == "false" {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, replacedKey, []byte("true"))...)
	}
}

func isReplaced(ctx context.Context, private base.PrivateState) bool {
	replaced, _ := private.GetKey(ctx, replacedKey)
	return replaced != nil
}

// warnNextDefault warns which version becomes the default if this one is deleted. If that cannot be read, it does not warn,
// and the deletion reports the error.
func (r *Resource) warnNextDefault(ctx context.Context, state model, private base.PrivateState, diags *diag.Diagnostics) {
	if r.Data == nil || r.Data.Unknown() || !state.DefaultVersion.ValueBool() {
		return
	}
	versions, err := r.Data.Policies.Versions(ctx, state.PolicyORN.ValueString(), base.ReadIdentity(private))
	if err != nil {
		return
	}
	if next := policy.NextDefault(versions, state.VersionID.ValueString()); next != "" {
		diags.AddWarning(otherDefault+": "+state.importID(), fmt.Sprintf("The %s is the default version and will be destroyed. Version %s is made the default first: "+
			"its document then decides rights, unless the policy is destroyed in the same run.", state.describe(), next))
	}
}
