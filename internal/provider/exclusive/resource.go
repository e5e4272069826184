// Package exclusive has the resources that make a list of policies the only ones of a user or a group:
// outscale_user_policies_exclusive, outscale_user_inline_policies_exclusive, outscale_user_group_policies_exclusive and
// outscale_user_group_inline_policies_exclusive. Package internal/rights makes the API calls.
package exclusive

import (
	"context"
	"fmt"
	"slices"
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

// Resource is one of the four types. API actions: those of the link resource or of the inline policy resource of the same
// kind of principal.
type Resource struct {
	base.ResourceBase
	kind   principal.Kind
	policy policyKind
}

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan       = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
)

// The summaries of the errors and warnings. They are stable, so that users can search for them.
const (
	notSet      = "Policies not made exclusive"
	notRead     = "Policies not read"
	notImported = "Policies not imported"
	isGone      = "Owner of the policies is gone"
	removed     = "Policies will be removed"
	missing     = "Inline policies are missing"
)

// NewForUser returns outscale_user_policies_exclusive.
func NewForUser() resource.Resource { return newFor(principal.User, managed) }

// NewForGroup returns outscale_user_group_policies_exclusive.
func NewForGroup() resource.Resource { return newFor(principal.Group, managed) }

// NewInlineForUser returns outscale_user_inline_policies_exclusive.
func NewInlineForUser() resource.Resource { return newFor(principal.User, inline) }

// NewInlineForGroup returns outscale_user_group_inline_policies_exclusive.
func NewInlineForGroup() resource.Resource { return newFor(principal.Group, inline) }

func newFor(kind principal.Kind, policy policyKind) resource.Resource {
	return &Resource{base.NewResource(kind.Prefix + "_" + policy.suffix + "_exclusive"), kind, policy}
}

// ConfigValidators require the name or the id of the principal.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return r.kind.ConfigValidators()
}

// list is the content of a plan or a state.
type list struct {
	principal.Ref
	policies []string // sorted
	unknown  bool     // some of the policies are known only after apply
	timeouts timeouts.Value
}

func (r *Resource) list(ctx context.Context, from principal.Getter, diags *diag.Diagnostics) list {
	l := list{Ref: r.kind.Ref(ctx, from, diags)}
	var policies types.Set
	diags.Append(from.GetAttribute(ctx, path.Root(r.policy.attribute), &policies)...)
	diags.Append(from.GetAttribute(ctx, path.Root("timeouts"), &l.timeouts)...)
	var elements []types.String
	if l.unknown = policies.IsUnknown(); !l.unknown {
		diags.Append(policies.ElementsAs(ctx, &elements, false)...)
	}
	for _, e := range elements {
		l.unknown = l.unknown || e.IsUnknown()
		l.policies = append(l.policies, e.ValueString())
	}
	slices.Sort(l.policies)
	return l
}

func (r *Resource) describe(l list) string { return r.policy.words + " of " + r.kind.Text(l.Ref) }

// ModifyPlan warns about policies that a creation removes, because no state shows them, and about policies that another
// resource manages and an update removes. If the policies cannot be read yet, it does not warn.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data == nil || r.Data.Unknown() || req.Plan.Raw.IsNull() {
		return
	}
	r.kind.CheckName(ctx, r.Data, req, &resp.Diagnostics)
	plan := r.list(ctx, req.Plan, &resp.Diagnostics)
	uses := func(l list, names []string, use providerdata.RelationUse) {
		for _, name := range names {
			r.Data.PlanRelation(&resp.Diagnostics, r.policy.word+" "+name+" of "+r.kind.Text(l.Ref), use)
		}
	}
	if plan.Known() && !plan.unknown {
		uses(plan, plan.policies, providerdata.InList)
	}
	if !req.State.Raw.IsNull() {
		state := r.list(ctx, req.State, &resp.Diagnostics)
		if !plan.unknown {
			uses(state, without(state.policies, plan.policies), providerdata.RemovedByList)
		}
		return
	}
	if plan.unknown || plan.Ref == (principal.Ref{}) {
		return
	}
	found, err := r.kind.Find(ctx, r.Data, plan.Ref, domain.Identity{})
	if err != nil {
		return
	}
	actual, err := r.policy.read(ctx, r.Data, found.Principal)
	if extra := without(actual, plan.policies); err == nil && len(extra) > 0 {
		uses(plan, extra, providerdata.RemovedByList)
		resp.Diagnostics.AddWarning(removed+": "+found.ID, fmt.Sprintf("The %s are made exclusive. These are not listed and will be removed: %s.", r.describe(plan), strings.Join(extra, ", ")))
	}
}

// Create removes the policies that are not listed, and links those that are.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := r.list(ctx, req.Plan, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notSet, base.Create(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, plan.Ref, domain.Identity{})
	if err != nil {
		diag.Add(&resp.Diagnostics, notSet, "Looking for "+r.kind.Text(plan.Ref), err)
		return
	}
	if r.sync(ctx, found, plan, &resp.Diagnostics) {
		resp.State.Raw = req.Plan.Raw
		r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, plan.policies)
	}
}

// sync makes the listed policies the only ones. It reports whether it could.
func (r *Resource) sync(ctx context.Context, found principal.Found, plan list, diags *diag.Diagnostics) bool {
	actual, err := r.policy.read(ctx, r.Data, found.Principal)
	if err != nil {
		diag.Add(diags, notSet, "Reading the "+r.describe(plan), err)
		return false
	}
	for _, name := range without(actual, plan.policies) {
		if err := r.policy.remove(ctx, r.Data, found.Principal, name); err != nil {
			diag.Add(diags, notSet, fmt.Sprintf("Removing policy %s from %s", text.Word(name), found.Principal), err)
			return false
		}
	}
	absent := without(plan.policies, actual)
	if r.policy.add == nil {
		if len(absent) > 0 {
			diags.AddWarning(missing+": "+found.ID, fmt.Sprintf("The list names inline policies that %s does not have: %s. This resource does not create them: use `outscale_%s_inline_policy`.",
				found.Principal, strings.Join(absent, ", "), r.kind.Prefix))
		}
		return true
	}
	for _, name := range absent {
		if err := r.policy.add(ctx, r.Data, found.Principal, name); err != nil {
			diag.Add(diags, notSet, fmt.Sprintf("Linking policy %s to %s", name, found.Principal), err)
			return false
		}
	}
	return true
}

// set writes the state of a list.
func (r *Resource) set(ctx context.Context, diags *diag.Diagnostics, private base.PrivateState, state principal.Setter, found principal.Found, policies []string) {
	diags.Append(r.kind.Set(ctx, state, found)...)
	diags.Append(state.SetAttribute(ctx, path.Root("id"), found.ID)...)
	diags.Append(state.SetAttribute(ctx, path.Root(r.policy.attribute), append([]string{}, slices.Sorted(slices.Values(policies))...))...)
	base.WriteIdentity(private, found.Identity, diags)
}

// Read refreshes the list with the policies that the principal has. It removes the list from the state if the principal no
// longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := r.list(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.timeouts)
	if !ok {
		return
	}
	defer end()
	found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
	var actual []string
	if err == nil {
		actual, err = r.policy.read(ctx, r.Data, found.Principal)
	}
	if base.Refreshed(ctx, resp, err, isGone, notRead, r.kind.Text(state.Ref), state.ID) {
		r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, actual)
	}
}

// Update applies a changed list. Other timeouts need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan, state := r.list(ctx, req.Plan, &resp.Diagnostics), r.list(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notSet, base.Update(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	if !slices.Equal(plan.policies, state.policies) {
		found, err := r.kind.Find(ctx, r.Data, state.Ref, base.ReadIdentity(req.Private))
		if err != nil {
			diag.Add(&resp.Diagnostics, notSet, "Looking for "+r.kind.Text(state.Ref), err)
			return
		}
		if !r.sync(ctx, found, plan, &resp.Diagnostics) {
			return
		}
	}
	resp.State.Raw = req.Plan.Raw
}

// Delete makes no call: the policies stay as they are.
func (r *Resource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// ImportState imports the name or the id of the principal. The refresh reads the list.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	found, ok := r.kind.FindForImport(ctx, &r.Configured, notImported, req.ID, &resp.Diagnostics)
	if !ok {
		return
	}
	r.set(ctx, &resp.Diagnostics, resp.Private, &resp.State, found, nil)
}

// without returns the members of all that are not in others.
func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(others, name) })
}
