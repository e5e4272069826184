// Package policyversion is the resource outscale_policy_version: one version of a managed policy. Package internal/policy
// makes the API calls.
package policyversion

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_policy_version. API actions: CreatePolicyVersion, ReadPolicyVersions, SetDefaultPolicyVersion,
// DeletePolicyVersion; ReadPolicyVersion if the list has no documents.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// The summaries of the errors and warnings. They are stable, so that users can search for them.
const (
	notCreated  = "Policy version not created"
	notRead     = "Policy version not read"
	notUpdated  = "Policy version not updated"
	notDeleted  = "Policy version not deleted"
	notImported = "Policy version not imported"
	isGone      = "Policy version is gone"

	oldLeft      = "Old policy version not deleted"
	staysDefault = "Policy version stays the default"
	otherDefault = "Default version of the policy changes"
	twoDefaults  = "Several default versions of one policy"
	keptVersion  = "Policy version left with its policy"
	waits        = "Default policy version stays until it is replaced"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("policy_version")} }

// Create creates the version.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	orn := plan.PolicyORN.ValueString()
	created, err := r.Data.Policies.CreateVersion(ctx, orn, plan.Document.ValueString(), plan.SetAsDefault.ValueBool())
	if !Created(&resp.Diagnostics, notCreated, "Creating a version of policy "+orn, created, err) {
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan.withVersion(created), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// Read refreshes the state. It removes the version from the state if the version or its policy no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Policies.Version(ctx, state.PolicyORN.ValueString(), state.VersionID.ValueString(), base.ReadIdentity(req.Private))
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.importID()) {
		return
	}
	imported := state.Document.IsNull()
	if state = state.withVersion(found); imported {
		state = state.imported()
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, state, &resp.Diagnostics)
	base.WriteIdentity(resp.Private, r.Data.IdentityOfAccount(), &resp.Diagnostics)
}

// Update replaces the version by one with another document, or makes it the default one. Other changes, such as of
// timeouts, need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	orn, old := state.PolicyORN.ValueString(), state.VersionID.ValueString()
	if !plan.Document.Equal(state.Document) {
		created, err := r.Data.Policies.ReplaceVersion(ctx, orn, old, plan.Document.ValueString(), plan.DefaultVersion.ValueBool())
		if !Created(&resp.Diagnostics, notUpdated, "Replacing "+state.describe(), created, err) {
			return
		}
		codec.Encode(resp.State.Schema, &resp.State.Raw, plan.withVersion(created), &resp.Diagnostics)
		return
	}
	if plan.DefaultVersion.ValueBool() && !state.DefaultVersion.ValueBool() {
		if err := r.Data.Policies.SetDefault(ctx, orn, old); err != nil {
			diag.Add(&resp.Diagnostics, notUpdated, "Making "+state.describe()+" the default one", err)
			return
		}
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan, &resp.Diagnostics)
}

// Delete deletes the version. It succeeds if the version is already gone. If the version is the default one, another one is
// made the default first, as the plan says. Delete keeps the only version of a policy, which is deleted with the policy. It
// also keeps a default version that is replaced: Create deletes it, or the destroy of the policy.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	orn := state.PolicyORN.ValueString()
	replaced := isReplaced(ctx, req.Private)
	kept, err := r.Data.Policies.RemoveVersion(ctx, orn, state.VersionID.ValueString(), base.ReadIdentity(req.Private), replaced)
	if err != nil {
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err)
	}
	switch {
	case kept && replaced:
		resp.Diagnostics.AddWarning(waits+": "+state.importID(), fmt.Sprintf("%s is the default version and is replaced. It stays until its successor, with `set_as_default = true`, is the default, or until its policy is "+
			"destroyed, so that no other version decides rights in between.\n\nIf neither happens in this run, it is in no state. Then import it (`terraform import ADDRESS %s`), "+
			"or delete it once another version is the default.", "V"+state.describe()[1:], state.importID()))
	case kept:
		resp.Diagnostics.AddWarning(keptVersion+": "+state.importID(), fmt.Sprintf("%s is the only version of its policy, which the API does not delete. "+
			"No state has it any more, and it still decides the rights of the policy. It is deleted with the policy.", "V"+state.describe()[1:]))
	}
}

// Created reports whether a version was created, and appends an error if not. If the old version could not be deleted, it
// appends a warning. If the policy has too many versions, the error names them.
func Created(diags *diag.Diagnostics, summary, tried string, created policy.Version, err error) bool {
	var left *policy.VersionLeftError
	var full *policy.VersionQuotaError
	switch {
	case err == nil:
		return true
	case errors.As(err, &left):
		diags.AddWarning(oldLeft+": "+left.ORN+"/"+left.ID, diag.Error(oldLeft, "Deleting version "+left.ID, left.Err).Detail()+"\n\nVersion "+created.ID+" has taken its place. Delete version "+
			left.ID+" by hand: it decides no rights, but it counts towards the limit of 5 versions.")
		return true
	case errors.As(err, &full):
		diag.AddWithAdvice(diags, summary, tried, err, "The policy has the versions "+list(full.Versions)+". Delete one that is not the default and that no state has, then run again.")
	default:
		diag.Add(diags, summary, tried, err)
	}
	return false
}

func list(versions []policy.Version) string {
	var names []string
	for _, v := range versions {
		words := text.Word(v.ID)
		if v.IsDefault {
			words += " (the default)"
		}
		names = append(names, words)
	}
	return strings.Join(names, ", ")
}

// importForm matches the ORN of a policy and a version.
var importForm = regexp.MustCompile(`^(orn:.+)/(v\d+)$`)

// ImportState imports ORN/VERSION.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	parts := importForm.FindStringSubmatch(req.ID)
	if parts == nil || !keyattr.PolicyORN.MatchString(parts[1]) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the ORN of the policy and the version: "+
			"`orn:ows:idauth::123456789012:policy/deploy/v2`.", text.Quote(req.ID)))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("policy_orn"), types.StringValue(parts[1]))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("version_id"), types.StringValue(parts[2]))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), types.StringValue(req.ID))...)
}
