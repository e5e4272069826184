// Package managedpolicy is the resource outscale_policy: a managed policy with its first version. What happens at the API
// is decided in internal/policy.
package managedpolicy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_policy. API actions: CreatePolicy, ReadPolicies, ReadPolicy, ReadPolicyVersion, DeletePolicy; to
// delete it ReadEntitiesLinkedToPolicy, ReadPolicyVersions, DeletePolicyVersion, and with `force_detach` UnlinkPolicy and
// UnlinkManagedPolicyFromUserGroup.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// The summaries of the errors, stable so that they can be searched for.
const (
	notCreated  = "Policy not created"
	notRead     = "Policy not read"
	notDeleted  = "Policy not deleted"
	notImported = "Policy not imported"
	isGone      = "Policy is gone"
)

// firstVersion is the version that a creation makes. The resource shows its document, as the official provider does.
const firstVersion = "v1"

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("policy")} }

// ModifyPlan keeps the document of the state where the configuration writes the same one in another way.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	policyjson.KeepEquivalent(ctx, path.Root("document"), req, resp)
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	var planned, prior types.String
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root("document"), &planned)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("document"), &prior)...)
	if !planned.Equal(prior) {
		resp.RequiresReplace.Append(path.Root("document"))
	}
}

// Create creates the policy.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, plan.Timeouts.Create, base.CreateTimeout)
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Policies.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating policy "+plan.PolicyName.ValueString(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withPolicy(created), &resp.Diagnostics)
	keyattr.WriteIdentity(ctx, resp.Private, created.Identity, &resp.Diagnostics)
}

// Read refreshes the state, and forgets a policy that is proved gone. The document is that of the first version; if that
// was deleted, the document of the state is kept.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts.Read)
	if !ok {
		return
	}
	defer end()
	orn, recorded := state.ID.ValueString(), keyattr.ReadIdentity(ctx, req.Private)
	found, err := r.Data.Policies.Read(ctx, orn, recorded)
	if reason, gone := diag.Gone(err); gone {
		resp.Diagnostics.Append(diag.IsGone(isGone, state.describe(), orn, reason))
		resp.State.RemoveResource(ctx)
		return
	}
	var version policy.Version
	if err == nil {
		if version, err = r.Data.Policies.Version(ctx, orn, firstVersion, recorded); domain.IsGone(err) {
			version.Document, err = state.Document.ValueString(), nil
		}
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading "+state.describe(), err)
		return
	}
	state.Document = types.StringValue(policyjson.Keep(state.Document.ValueString(), version.Document))
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, state.withPolicy(found), &resp.Diagnostics)
	if found.Identity.AccountID != "" {
		keyattr.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
	}
}

// Update changes `force_detach` and timeouts alone: everything else replaces the policy.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withComputed(state), &resp.Diagnostics)
}

// Delete deletes the policy with its versions; one that is already gone is success.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, state.Timeouts.Delete, base.DeleteTimeout)
	if !ok {
		return
	}
	defer end()
	err := r.Data.Policies.Delete(ctx, state.ID.ValueString(), keyattr.ReadIdentity(ctx, req.Private), state.ForceDetach.ValueBool())
	var linked *policy.LinkedError
	switch {
	case errors.As(err, &linked):
		diag.AddMore(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err, linkedText(linked))
	case err != nil:
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err)
	}
}

// linkedText names what a policy is linked to, and the ways out.
func linkedText(e *policy.LinkedError) string {
	var names []string
	for _, user := range e.Entities.Users {
		names = append(names, "user "+text.Word(user.Name))
	}
	for _, group := range e.Entities.Groups {
		names = append(names, "user group "+text.Word(group.Name))
	}
	for _, account := range e.Entities.Accounts {
		names = append(names, "account "+text.Word(account.ID))
	}
	return "It is linked to " + strings.Join(names, ", ") + ", and nothing was changed. Remove these links first, or set `force_detach` to true " +
		"and apply before the destruction: then the users and groups lose the policy."
}

// ImportState imports the ORN.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !strings.HasPrefix(req.ID, "orn:") {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the ORN of the policy: `orn:ows:idauth::123456789012:policy/deploy`.", text.Quote(req.ID)))
		return
	}
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}
