// Package policylink has the resources outscale_user_policy_link and outscale_user_group_policy_link: one managed policy,
// linked to one user or group. Package internal/rights makes the API calls.
package policylink

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_user_policy_link or outscale_user_group_policy_link. API actions: LinkPolicy, UnlinkPolicy,
// ReadLinkedPolicies, ReadUsers; for groups LinkManagedPolicyToUserGroup, UnlinkManagedPolicyFromUserGroup,
// ReadManagedPoliciesLinkedToUserGroup, ReadUserGroups.
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
	notLinked   = "Policy not linked"
	notRead     = "Policy link not read"
	notUnlinked = "Policy not unlinked"
	notImported = "Policy link not imported"
	isGone      = "Policy link is gone"
)

// NewForUser returns outscale_user_policy_link.
func NewForUser() resource.Resource { return newFor(principal.User) }

// NewForGroup returns outscale_user_group_policy_link.
func NewForGroup() resource.Resource { return newFor(principal.Group) }

func newFor(kind principal.Kind) resource.Resource {
	return &Resource{base.NewResource(kind.Prefix + "_policy_link"), kind}
}

// ConfigValidators require the name or the id of the principal.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return r.kind.ConfigValidators()
}

// link is the content of a plan or a state.
type link struct {
	principal.Ref
	orn      string
	timeouts timeouts.Value
}

func (r *Resource) link(ctx context.Context, from principal.Getter, diags *diag.Diagnostics) link {
	var orn types.String
	l := link{Ref: r.kind.Ref(ctx, from, diags)}
	diags.Append(from.GetAttribute(ctx, path.Root("policy_orn"), &orn)...)
	diags.Append(from.GetAttribute(ctx, path.Root("timeouts"), &l.timeouts)...)
	l.orn = orn.ValueString()
	return l
}

func (r *Resource) describe(l link) string { return "policy " + l.orn + " of " + r.kind.Text(l.Ref) }

// ModifyPlan warns if another resource removes the link or also manages it.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.Data.PlanRelation(&resp.Diagnostics, r.describe(r.link(ctx, req.State, &resp.Diagnostics)), providerdata.Destroyed)
		return
	}
	r.kind.CheckName(ctx, r.Data, req, &resp.Diagnostics)
	if plan := r.link(ctx, req.Plan, &resp.Diagnostics); plan.Known() && plan.orn != "" {
		r.Data.PlanRelation(&resp.Diagnostics, r.describe(plan), providerdata.OfResource(req.State.Raw.IsNull()))
	}
}

// Create links the policy. If the link already exists, the resource manages that link.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.link(ctx, req.Plan, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notLinked, base.Create(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, plan.Ref, domain.Identity{})
	if err == nil {
		err = r.Data.Rights.Link(ctx, found.Principal, plan.orn)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notLinked, "Linking policy "+plan.orn+" to "+r.kind.Text(plan.Ref), err)
		return
	}
	r.Data.Memory.Established.Store(relation(found, plan.orn), true)
	resp.State.Raw = req.Plan.Raw
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, plan.orn)
}

// set writes the state of a link.
func (r *Resource) set(ctx context.Context, diags *diag.Diagnostics, private base.PrivateState, state principal.Setter, found principal.Found, orn string) {
	diags.Append(r.kind.Set(ctx, state, found)...)
	diags.Append(state.SetAttribute(ctx, path.Root("policy_orn"), orn)...)
	diags.Append(state.SetAttribute(ctx, path.Root("id"), found.ID+"/"+orn)...)
	base.WriteIdentity(private, found.Identity, diags)
}

// Read removes the link from the state if the link or its principal no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.link(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	if err == nil {
		var linked bool
		if linked, err = r.Data.Rights.IsLinked(ctx, found.Principal, state.orn); err == nil && !linked {
			err = &domain.GoneError{Kind: domain.KindPolicyLink, ID: state.orn, Of: found.String()}
		}
	}
	if !base.Refreshed(ctx, resp, err, isGone, notRead, r.describe(state), state.Name+"/"+state.orn) {
		return
	}
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, state.orn)
}

// Update changes only timeouts: any other change replaces the link.
func (r *Resource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// relation names a link under the current name of its principal.
func relation(found principal.Found, orn string) string {
	return "policy " + orn + " of " + found.String()
}

// Delete removes the link, unless another resource created it in the same run. It succeeds if the link is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := r.link(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUnlinked, base.Delete(state.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	if _, established := r.Data.Memory.Established.Load(relation(found, state.orn)); err == nil && !established {
		err = r.Data.Rights.Unlink(ctx, found.Principal, state.orn)
	}
	if err != nil && !domain.IsGone(err) {
		diag.Add(&resp.Diagnostics, notUnlinked, "Unlinking policy "+state.orn+" from "+r.kind.Text(state.Ref), err)
	}
}

// ImportState imports NAME/ORN, or ID/ORN.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	who, orn, both := strings.Cut(req.ID, "/")
	if !both || who == "" || !strings.HasPrefix(orn, "orn:") {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the name or the id of the %s and the ORN of the policy: "+
			"`ops/orn:ows:idauth::123456789012:policy/deploy`.", text.Quote(req.ID), r.kind.Word))
		return
	}
	found, ok := r.kind.FindForImport(ctx, &r.Configured, notImported, who, &resp.Diagnostics)
	if !ok {
		return
	}
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, orn)
}
