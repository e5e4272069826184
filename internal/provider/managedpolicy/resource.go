// Package managedpolicy is the resource outscale_policy: a managed policy with its first version. Package internal/policy
// makes the API calls.
package managedpolicy

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyversion"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_policy. API actions: CreatePolicy, ReadPolicies, ReadPolicy, ReadPolicyVersions, DeletePolicy; to
// change its document CreatePolicyVersion and DeletePolicyVersion; to delete it ReadEntitiesLinkedToPolicy,
// DeletePolicyVersion, and with `force_detach` UnlinkPolicy and
// UnlinkManagedPolicyFromUserGroup.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan  = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// The summaries of the errors. They are stable, so that users can search for them.
const (
	notCreated  = "Policy not created"
	notRead     = "Policy not read"
	notUpdated  = "Policy not updated"
	notDeleted  = "Policy not deleted"
	notImported = "Policy not imported"
	isGone      = "Policy is gone"

	otherDefault    = "Policy has another default version"
	versionGone     = "Policy version is gone"
	severalVersions = "Policy has several versions"
	linkedReplaced  = "Linked policy is replaced"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("policy")} }

// ModifyPlan checks a new name, and keeps the document of the state if that of the configuration means the same. Another document creates another
// version, which can become the default one.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	policyjson.Plan(ctx, path.Root("document"), req, resp)
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	plan := codec.Decode(resp.Plan.Schema, resp.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	base.CheckRename(r.Data, base.Rename{Kind: "policy", Attribute: "policy_name", ID: state.ID.ValueString(), From: state.PolicyName, To: plan.PolicyName},
		func() ([]policy.Policy, error) {
			return r.Data.Policies.Select(ctx, policy.Filter{Scope: policy.Local})
		},
		func(p policy.Policy) (id, name string) { return p.ORN, p.Name }, &resp.Diagnostics)
	if plan.replaces(state) && !state.ForceDetach.ValueBool() {
		r.warnLinked(ctx, state, &resp.Diagnostics)
	}
	if plan.Document.Equal(state.Document) {
		return
	}
	managed, _ := managedVersion(ctx, req.Private)
	if isDefault := state.DefaultVersionID.ValueString(); isDefault != "" && isDefault != managed {
		warnOtherDefault(&resp.Diagnostics, state, managed)
	}
	plan.DefaultVersionID, plan.LastModificationDate = types.StringUnknown(), isodate.Unknown()
	codec.Encode(resp.Plan.Schema, &resp.Plan.Raw, plan, &resp.Diagnostics)
}

// warnLinked warns that a policy which is replaced cannot be deleted while it is linked. If the links cannot be read, it
// does not warn, and the deletion reports the error. A plan does not show which links are removed before.
func (r *Resource) warnLinked(ctx context.Context, state model, diags *diag.Diagnostics) {
	if r.Data == nil || r.Data.Unknown() {
		return
	}
	linked, err := r.Data.Policies.Entities(ctx, state.ID.ValueString())
	if names := namesOf(linked); err == nil && len(names) > 0 {
		diags.AddWarning(linkedReplaced+": "+state.ID.ValueString(), "The "+state.describe()+" will be replaced, and is linked to "+strings.Join(names, ", ")+". The API does not delete a policy that is linked.\n\n"+
			"Set `create_before_destroy` in the `lifecycle` block of this resource, and of each link resource (`outscale_user_policy_link`, `outscale_user_group_policy_link`) with its `orn`, and give it another `policy_name`: "+
			"the new policy is then created and linked before the old one is unlinked and deleted. A link resource without it is destroyed first and created last, and the rights are missing in between. "+
			"Without it on the policy, the apply fails if the policy has a link that is not such a resource, "+
			"unless `force_detach = true` was applied before.")
	}
}

// Create creates the policy.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Policies.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating policy "+plan.PolicyName.ValueString(), err)
		return
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, plan.withPolicy(created), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, created.Identity, &resp.Diagnostics)
}

// Read refreshes the state. It removes the policy from the state if the API confirms that it no longer exists. `document`
// is that of the version that the resource manages: the version that it created, that an import named, or that was the
// default one at the import. A version never changes. If it was deleted, the resource manages the default version, so that
// the plan shows the document that decides rights, and the apply replaces that version.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	orn, identity := state.ID.ValueString(), base.ReadIdentity(req.Private)
	found, err := r.Data.Policies.Read(ctx, orn, identity)
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), orn) {
		return
	}
	managed, recorded := managedVersion(ctx, req.Private)
	importing := state.Document.IsNull()
	if importing {
		if account := r.Data.AccountID(ctx); account != "" && !strings.Contains(orn, ":"+account+":") {
			resp.Diagnostics.AddError(notImported, fmt.Sprintf("Policy %s is not one of account %s. An account can link OUTSCALE's own policies, but it cannot change or delete them. "+
				"Use its ORN in `policy_orn`, and the data source `outscale_policy` to read it.", orn, account))
			return
		}
	}
	if importing && !recorded && found.DefaultVersionID != "" {
		managed = found.DefaultVersionID
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, versionKey, []byte(strconv.Quote(managed)))...)
		if versions, err := r.Data.Policies.Versions(ctx, orn, identity); err == nil {
			warnSeveralVersions(&resp.Diagnostics, orn, managed, versions)
		}
	}
	version, err := r.Data.Policies.Version(ctx, orn, managed, identity)
	if domain.IsGone(err) && !importing && found.DefaultVersionID != "" {
		warnVersionGone(&resp.Diagnostics, state, managed, found.DefaultVersionID)
		managed = found.DefaultVersionID
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, versionKey, []byte(strconv.Quote(managed)))...)
		version, err = r.Data.Policies.Version(ctx, orn, managed, identity)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading "+state.describe(), err)
		return
	}
	state.Document = types.StringValue(policyjson.Keep(state.Document.ValueString(), version.Document))
	codec.Encode(resp.State.Schema, &resp.State.Raw, state.withPolicy(found), &resp.Diagnostics)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
}

// versionKey is the member of the private state with the version that the resource manages, as JSON.
const versionKey = "version"

// managedVersion returns the version whose document the resource shows. Until one is recorded, that is the first version.
func managedVersion(ctx context.Context, private base.PrivateState) (version string, recorded bool) {
	text, diags := private.GetKey(ctx, versionKey)
	version, err := strconv.Unquote(string(text))
	if err != nil || diags.HasError() {
		return policy.FirstVersion, false
	}
	return version, true
}

// warnVersionGone warns that the default version takes the place of a version that was deleted.
func warnVersionGone(diags *diag.Diagnostics, state model, managed, isDefault string) {
	managed, isDefault = text.Word(managed), text.Word(isDefault)
	diags.AddWarning(versionGone+": "+state.ID.ValueString()+"/"+managed, fmt.Sprintf("Version %s of %s, which this resource manages, was deleted outside of Terraform. Version %s is the default version, and its document decides rights. "+
		"The resource manages version %[3]s from now on: if its document is not that of the configuration, the apply replaces version %[3]s.\n\n"+
		"If an `outscale_policy_version` manages version %[3]s, the apply deletes its version too, and the next run creates it again.", managed, state.describe(), isDefault))
}

// warnSeveralVersions warns which of several versions an import chose.
func warnSeveralVersions(diags *diag.Diagnostics, orn, managed string, versions []policy.Version) {
	if managed == policy.FirstVersion || len(versions) < 2 {
		return
	}
	var ids []string
	for _, v := range versions {
		ids = append(ids, text.Word(v.ID))
	}
	diags.AddWarning(severalVersions+": "+orn, fmt.Sprintf("Policy %s has the versions %s. `document` is that of %s, the default version. If the configuration has another document, it "+
		"replaces that version.\n\nIf an `outscale_policy_version` manages %s, import the version that `outscale_policy` created instead, usually v1, with the id `%s#v1`.",
		orn, strings.Join(ids, ", "), text.Word(managed), text.Word(managed), orn))
}

// warnOtherDefault warns that a new document changes no rights, because another version is the default one. A refresh does
// not warn: an outscale_policy_version of the same configuration can have made that version the default, and it is
// refreshed after the policy.
func warnOtherDefault(diags *diag.Diagnostics, state model, managed string) {
	managed, isDefault := text.Word(managed), text.Word(state.DefaultVersionID.ValueString())
	diags.AddAttributeWarning(path.Root("document"), otherDefault+": "+state.ID.ValueString(), fmt.Sprintf("Version %s of %s is the default version, and its document decides rights. "+
		"`document` is that of version %s: its change changes no rights.\n\nTo change the rights, change the document of the `outscale_policy_version` that manages version %s. "+
		"If none does, somebody made version %s the default outside of Terraform: make version %s the default again before you apply.",
		isDefault, state.describe(), managed, isDefault, isDefault, managed))
}

// Update replaces the version that the resource manages by one with another document, so that links stay. The new version is
// the default one if the old one was. `force_detach` and timeouts need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	changed := plan.withComputed(state)
	if !plan.Document.Equal(state.Document) {
		ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
		if !ok {
			return
		}
		defer end()
		orn := state.ID.ValueString()
		managed, _ := managedVersion(ctx, req.Private)
		created, err := r.Data.Policies.ReplaceVersion(ctx, orn, managed, plan.Document.ValueString(), false)
		if !policyversion.Created(&resp.Diagnostics, notUpdated, "Changing the document of "+state.describe(), created, err) {
			return
		}
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, versionKey, []byte(strconv.Quote(created.ID)))...)
		if created.IsDefault {
			changed.DefaultVersionID = types.StringValue(created.ID)
		}
		// The version exists, so the update succeeds even if the policy cannot be read.
		if found, err := r.Data.Policies.Reload(ctx, orn, base.ReadIdentity(req.Private)); err == nil {
			changed = changed.withPolicy(found)
		}
	}
	codec.Encode(resp.State.Schema, &resp.State.Raw, changed, &resp.Diagnostics)
}

// Delete deletes the policy with its versions. It succeeds if the policy is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	err := r.Data.Policies.Delete(ctx, state.ID.ValueString(), base.ReadIdentity(req.Private), state.ForceDetach.ValueBool())
	var linked *policy.LinkedError
	switch {
	case errors.As(err, &linked):
		diag.AddWithAdvice(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err, linkedText(linked))
	case err != nil:
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err)
	}
}

// linkedText names what a policy is linked to, and the remedies.
func linkedText(e *policy.LinkedError) string {
	return "It is linked to " + strings.Join(namesOf(e.Entities), ", ") + ", and the policy was not changed. Remove these links first, or set `force_detach` to true " +
		"and apply before the destroy: then the users and groups lose the policy.\n\nIf a policy with another name replaces this one, or if you " +
		"remove this one together with the `policy` blocks that name it, set `create_before_destroy` in the `lifecycle` block of this resource, and of each link " +
		"resource with its `orn`: links then change before the destroy. Apply it before you remove a resource from the configuration."
}

func namesOf(linked policy.Entities) (names []string) {
	for _, user := range linked.Users {
		names = append(names, "user "+text.Word(user.Name))
	}
	for _, group := range linked.Groups {
		names = append(names, "user group "+text.Word(group.Name))
	}
	for _, account := range linked.Accounts {
		names = append(names, "account "+text.Word(account.ID))
	}
	return names
}

// importForm matches an ORN, and the version whose document the resource manages. No name has a "#".
var importForm = regexp.MustCompile(`^(orn:[^#]*)(?:#(v[0-9]+))?$`)

// ImportState imports the ORN, with or without a version.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	parts := importForm.FindStringSubmatch(req.ID)
	if parts == nil {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the ORN of the policy: `orn:ows:idauth::123456789012:policy/deploy`, "+
			"or with the version that the resource manages: `orn:ows:idauth::123456789012:policy/deploy#v1`.", text.Quote(req.ID)))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), types.StringValue(parts[1]))...)
	if parts[2] != "" {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, versionKey, []byte(strconv.Quote(parts[2])))...)
	}
}
