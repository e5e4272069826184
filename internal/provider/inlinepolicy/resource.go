// Package inlinepolicy has the resources outscale_user_inline_policy and outscale_user_group_inline_policy: one inline
// policy of one user or group. Package internal/rights makes the API calls.
package inlinepolicy

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_user_inline_policy or outscale_user_group_inline_policy. API actions: PutUserPolicy, ReadUserPolicy,
// DeleteUserPolicy, ReadUsers; for groups PutUserGroupPolicy, ReadUserGroupPolicies, DeleteUserGroupPolicy, ReadUserGroups.
type Resource struct {
	base.ResourceBase
	kind principal.Kind
}

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan       = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
)

// The summaries of the errors. They are stable, so that users can search for them.
const (
	notPut      = "Inline policy not written"
	notRead     = "Inline policy not read"
	notDeleted  = "Inline policy not deleted"
	notImported = "Inline policy not imported"
	isGone      = "Inline policy is gone"
)

// NewForUser returns outscale_user_inline_policy.
func NewForUser() resource.Resource { return newFor(principal.User) }

// NewForGroup returns outscale_user_group_inline_policy.
func NewForGroup() resource.Resource { return newFor(principal.Group) }

func newFor(kind principal.Kind) resource.Resource {
	return &Resource{base.NewResource(kind.Prefix + "_inline_policy"), kind}
}

// ConfigValidators require the name or the id of the principal.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return r.kind.ConfigValidators()
}

// inline is the content of a plan or a state.
type inline struct {
	principal.Ref
	name     string
	document string
	timeouts timeouts.Value
}

func (r *Resource) inline(ctx context.Context, from principal.Getter, diags *diag.Diagnostics) inline {
	var name, document types.String
	p := inline{Ref: r.kind.Ref(ctx, from, diags)}
	diags.Append(from.GetAttribute(ctx, path.Root("policy_name"), &name)...)
	diags.Append(from.GetAttribute(ctx, path.Root("document"), &document)...)
	diags.Append(from.GetAttribute(ctx, path.Root("timeouts"), &p.timeouts)...)
	p.name, p.document = name.ValueString(), document.ValueString()
	return p
}

func (r *Resource) describe(p inline) string {
	return "inline policy " + p.name + " of " + r.kind.Text(p.Ref)
}

// ModifyPlan keeps the document of the state if that of the configuration means the same. It warns if another resource
// removes the policy or also manages it.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	policyjson.Plan(ctx, path.Root("document"), req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	r.kind.CheckName(ctx, r.Data, req, &resp.Diagnostics)
	if plan := r.inline(ctx, req.Plan, &resp.Diagnostics); plan.Known() && plan.name != "" {
		r.Data.PlanRelation(&resp.Diagnostics, r.describe(plan), providerdata.OfResource(req.State.Raw.IsNull()))
	}
}

// Create writes the policy. It does not overwrite an existing policy with that name, which can belong to somebody else. If
// the API may have written the policy, the state has it even after an error: otherwise the next run would refuse to
// overwrite it.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.inline(ctx, req.Plan, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notPut, base.Create(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, plan.Ref, domain.Identity{})
	if err == nil {
		err = r.refuseExisting(ctx, found, plan.name)
	}
	sent := err == nil
	if sent {
		err = r.Data.Rights.PutInline(ctx, found.Principal, rights.InlinePolicy{Name: plan.name, Document: plan.document})
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notPut, "Writing "+r.describe(plan), err)
	}
	if err == nil || sent && domain.MayBeDone(err) {
		resp.State.Raw = req.Plan.Raw
		r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, plan)
	}
}

// refuseExisting returns an error if the principal has an inline policy with that name.
func (r *Resource) refuseExisting(ctx context.Context, found principal.Found, name string) error {
	_, err := r.Data.Rights.Inline(ctx, found.Principal, name)
	switch {
	case domain.IsGone(err):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%s has an inline policy of that name already: import it (%s/%s), or choose another name", r.kind.Text(principal.Ref{Name: found.Name}), found.Name, name)
}

// set writes the state of a policy.
func (r *Resource) set(ctx context.Context, diags *diag.Diagnostics, private base.PrivateState, state principal.Setter, found principal.Found, p inline) {
	diags.Append(r.kind.Set(ctx, state, found)...)
	diags.Append(state.SetAttribute(ctx, path.Root("policy_name"), p.name)...)
	diags.Append(state.SetAttribute(ctx, path.Root("document"), p.document)...)
	diags.Append(state.SetAttribute(ctx, path.Root("id"), found.ID+"/"+p.name)...)
	base.WriteIdentity(private, found.Identity, diags)
}

// Read refreshes the document. It removes the policy from the state if the policy or its principal no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.inline(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	var policy rights.InlinePolicy
	if err == nil {
		policy, err = r.Data.Rights.Inline(ctx, found.Principal, state.name)
	}
	if !base.Refreshed(ctx, resp, err, isGone, notRead, r.describe(state), state.Name+"/"+state.name) {
		return
	}
	state.document = policyjson.Keep(state.document, policy.Document)
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, state)
}

// Update replaces the document.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := r.inline(ctx, req.Plan, &resp.Diagnostics)
	state := r.inline(ctx, req.State, &resp.Diagnostics)
	if plan.document == state.document { // timeouts alone
		resp.State.Raw = req.Plan.Raw
		return
	}
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notPut, base.Update(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	if err == nil {
		err = r.Data.Rights.PutInline(ctx, found.Principal, rights.InlinePolicy{Name: plan.name, Document: plan.document})
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notPut, "Writing "+r.describe(plan), err)
		return
	}
	resp.State.Raw = req.Plan.Raw
}

// Delete deletes the policy. It succeeds if the policy is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.inline(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	if err == nil {
		err = r.Data.Rights.DeleteInline(ctx, found.Principal, state.name)
	}
	if err != nil && !domain.IsGone(err) {
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+r.describe(state), err)
	}
}

// ImportState imports NAME/POLICY_NAME, or ID/POLICY_NAME.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	who, name, both := strings.Cut(req.ID, "/")
	if !both || who == "" || !keyattr.Name.MatchString(name) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the name or the id of the %s and the name of the policy: `ops/deploy`.",
			text.Quote(req.ID), r.kind.Word))
		return
	}
	ctx, end, ok := r.BeginRead(ctx, &resp.Diagnostics, notImported, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.FindByNameOrID(ctx, r.Data, who)
	var policy rights.InlinePolicy
	if err == nil {
		policy, err = r.Data.Rights.Inline(ctx, found.Principal, name)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notImported, "Looking for inline policy "+name+" of "+r.kind.Word+" "+text.Word(who), err)
		return
	}
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, inline{name: name, document: policy.Document})
}
