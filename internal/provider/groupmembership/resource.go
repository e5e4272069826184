// Package groupmembership is the resource outscale_user_group_membership: one user in one group. Package group makes the
// calls.
package groupmembership

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is outscale_user_group_membership. API actions: AddUserToUserGroup, RemoveUserFromUserGroup, ReadUserGroup,
// ReadUserGroups, ReadUsers.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure        = (*Resource)(nil)
	_ resource.ResourceWithConfigValidators = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan       = (*Resource)(nil)
	_ resource.ResourceWithImportState      = (*Resource)(nil)
)

// The summaries of the errors. They are stable, so that users can search for them.
const (
	notAdded    = "User not added to group"
	notRead     = "Group membership not read"
	notRemoved  = "User not removed from group"
	notImported = "Group membership not imported"
	isGone      = "Group membership is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("user_group_membership")} }

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := principal.User.Attributes()
	for name, attribute := range principal.Group.Attributes() {
		attributes[name] = attribute
	}
	attributes["id"] = base.KeptText("The id of the group and the id of the user, with a slash between.")
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes one user a member of a group, and leaves the other members alone. Do not use it for a group that has `user` blocks: " +
			"the blocks are the complete list and remove any other user, so each undoes the other in every run.",
		Attributes: attributes,
		Blocks:     map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

// ConfigValidators require a name or an id for the user and for the group.
func (r *Resource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return append(principal.User.ConfigValidators(), principal.Group.ConfigValidators()...)
}

// membership is the content of a plan or a state.
type membership struct {
	user, group principal.Ref
	timeouts    timeouts.Value
}

func read(ctx context.Context, from principal.Getter, diags *diag.Diagnostics) membership {
	m := membership{user: principal.User.Ref(ctx, from, diags), group: principal.Group.Ref(ctx, from, diags)}
	diags.Append(from.GetAttribute(ctx, path.Root("timeouts"), &m.timeouts)...)
	return m
}

func (m membership) describe() string {
	return principal.User.Text(m.user) + " in " + principal.Group.Text(m.group)
}

// find returns the user and the group. Errors: *domain.GoneError, *domain.IdentityMismatchError, or the API's.
func (r *Resource) find(ctx context.Context, m membership, recorded domain.Identity) (user, group principal.Found, err error) {
	if group, err = principal.Group.Find(ctx, r.Data, m.group, recorded); err != nil {
		return user, group, err
	}
	user, err = principal.User.Find(ctx, r.Data, m.user, recorded)
	return user, group, err
}

// set writes the state of a membership.
func set(ctx context.Context, diags *diag.Diagnostics, private base.PrivateState, state principal.Setter, user, group principal.Found) {
	diags.Append(principal.User.Set(ctx, state, user)...)
	diags.Append(principal.Group.Set(ctx, state, group)...)
	diags.Append(state.SetAttribute(ctx, path.Root("id"), types.StringValue(group.ID+"/"+user.ID))...)
	base.WriteIdentity(private, group.Identity, diags)
}

// ModifyPlan warns if another resource removes the membership or also manages it.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		r.Data.PlanRelation(&resp.Diagnostics, read(ctx, req.State, &resp.Diagnostics).describe(), providerdata.Destroyed)
		return
	}
	principal.User.CheckName(ctx, r.Data, req, &resp.Diagnostics)
	principal.Group.CheckName(ctx, r.Data, req, &resp.Diagnostics)
	if plan := read(ctx, req.Plan, &resp.Diagnostics); plan.user.Known() && plan.group.Known() {
		r.Data.PlanRelation(&resp.Diagnostics, plan.describe(), providerdata.OfResource(req.State.Raw.IsNull()))
	}
}

// Create adds the user. If the user is already a member, the resource manages that membership.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := read(ctx, req.Plan, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notAdded, base.Create(plan.timeouts))
	if !ok {
		return
	}
	defer end()
	user, group, err := r.find(ctx, plan, domain.Identity{})
	if err == nil {
		err = r.Data.Groups.AddMember(ctx, group.ID, group.Identity, user.Name)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notAdded, "Adding "+principal.User.Text(plan.user)+" to "+principal.Group.Text(plan.group), err)
		return
	}
	r.Data.Memory.Established.Store(relation(user, group), true)
	resp.State.Raw = req.Plan.Raw
	set(ctx, &resp.Diagnostics, resp.Private, &resp.State, user, group)
}

// Read removes the membership from the state if it, its user or its group no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := read(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.timeouts)
	if !ok {
		return
	}
	defer end()
	recorded := base.ReadIdentity(req.Private)
	user, found, err := r.find(ctx, state, recorded)
	if err == nil {
		err = r.confirm(ctx, user, found, recorded)
	}
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.group.ID+"/"+state.user.ID) {
		return
	}
	set(ctx, &resp.Diagnostics, resp.Private, &resp.State, user, found)
}

// confirm returns a *domain.GoneError if the user is not a member.
func (r *Resource) confirm(ctx context.Context, user, found principal.Found, recorded domain.Identity) error {
	members, err := r.Data.Groups.Members(ctx, found.ID, recorded)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(members, func(m group.Member) bool { return m.ID == user.ID || m.Name == user.Name }) {
		return &domain.GoneError{Kind: domain.KindMembership, Name: user.Name, Of: found.String()}
	}
	return nil
}

// Update changes only timeouts: any other change replaces the membership.
func (r *Resource) Update(_ context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
}

// relation names a membership under the current names of its user and its group.
func relation(user, group principal.Found) string { return user.String() + " in " + group.String() }

// Delete removes the user from the group, unless another resource added it in the same run. It succeeds if the user is no
// longer a member.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := read(ctx, req.State, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notRemoved, base.Delete(state.timeouts))
	if !ok {
		return
	}
	defer end()
	recorded := base.ReadIdentity(req.Private)
	user, group, err := r.find(ctx, state, recorded)
	if _, established := r.Data.Memory.Established.Load(relation(user, group)); err == nil && !established {
		err = r.Data.Groups.RemoveMember(ctx, group.ID, recorded, user.Name)
	}
	if err != nil && !domain.IsGone(err) {
		diag.Add(&resp.Diagnostics, notRemoved, "Removing "+principal.User.Text(state.user)+" from "+principal.Group.Text(state.group), err)
	}
}

// ImportState imports GROUP/USER, each by its name or its id.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	groupText, userText, both := strings.Cut(req.ID, "/")
	if !both || groupText == "" || userText == "" {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%s cannot be imported. Give the name or the id of the group and of the user: `ops/ci`.", text.Quote(req.ID)))
		return
	}
	ctx, end, ok := r.BeginRead(ctx, &resp.Diagnostics, notImported, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	found, err := principal.Group.FindByNameOrID(ctx, r.Data, groupText)
	var user principal.Found
	if err == nil {
		user, err = principal.User.FindByNameOrID(ctx, r.Data, userText)
	}
	if err == nil {
		err = r.confirm(ctx, user, found, domain.Identity{})
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notImported, "Looking for user "+text.Word(userText)+" in user group "+text.Word(groupText), err)
		return
	}
	set(ctx, &resp.Diagnostics, resp.Private, &resp.State, user, found)
}
