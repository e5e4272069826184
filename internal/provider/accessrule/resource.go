// Package accessrule is the resource outscale_api_access_rule: one API access rule of the account. Package internal/access
// makes the API calls.
package accessrule

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_api_access_rule. API actions: CreateApiAccessRule, ReadApiAccessRules, UpdateApiAccessRule,
// DeleteApiAccessRule; to check whether a change locks the provider out, ReadApiLogs, and with a client certificate
// ReadCas.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
)

// The summaries of the errors and warnings. They are stable, so that users can search for them.
const (
	notValid    = "API access rule not valid"
	notCreated  = "API access rule not created"
	notRead     = "API access rule not read"
	notPlanned  = "API access rule not planned"
	notUpdated  = "API access rule not updated"
	notDeleted  = "API access rule not deleted"
	notImported = "API access rule not imported"
	isGone      = "API access rule is gone"

	lockOut        = "API access rule change locks the provider out"
	lockOutUnknown = "Lock-out by API access rules not checked"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("api_access_rule")} }

// Create creates the rule.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Access.CreateRule(ctx, plan.toRule(""))
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating an API access rule", err)
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan.withRule(created), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// Read refreshes the state. It removes the rule from the state if the API confirms that it no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Access.Rule(ctx, state.ID.ValueString(), base.ReadIdentity(req.Private))
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.ID.ValueString()) {
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withRule(found), &resp.Diagnostics)
}

// Update replaces the rule as a whole. Other timeouts and `allow_lockout` need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	if want := plan.toRule(state.ID.ValueString()); !access.SameRule(want, state.toRule(want.ID)) {
		changed, err := r.Data.Access.UpdateRule(ctx, want, plan.AllowLockout.ValueBool())
		if err != nil {
			addFailure(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), state, err, false)
			return
		}
		plan = plan.withRule(changed)
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan, &resp.Diagnostics)
}

// Delete deletes the rule. It succeeds if the rule is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	err := r.Data.Access.DeleteRule(ctx, state.ID.ValueString(), base.ReadIdentity(req.Private), state.AllowLockout.ValueBool())
	if err != nil {
		addFailure(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), state, err, true)
	}
}

// addFailure reports a failed change. A change that would lock the provider out was not sent.
func addFailure(diags *diag.Diagnostics, summary, tried string, state model, err error, destroy bool) {
	var locked *access.LockOutError
	if errors.As(err, &locked) {
		diags.AddError(summary, lockOutText(state, locked)+" Nothing was changed."+remedy(locked, destroy))
		return
	}
	diag.Add(diags, summary, tried, err)
}

var ruleID = regexp.MustCompile(`^aar-[0-9A-Za-z]+$`)

// ImportState imports the id.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !ruleID.MatchString(req.ID) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s is not the id of an API access rule. Give its id: `aar-1234567890abcdef1234567890abcdef`.", text.Quote(req.ID)))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}
