// Package usergroup is the resource outscale_user_group. Package internal/group makes the API calls.
package usergroup

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/teardown"
)

// Resource is outscale_user_group. API actions: CreateUserGroup, ReadUserGroups, UpdateUserGroup, DeleteUserGroup; with `user`
// blocks AddUserToUserGroup, RemoveUserFromUserGroup, ReadUserGroup and ReadUsers; with `policy` blocks
// LinkManagedPolicyToUserGroup, UnlinkManagedPolicyFromUserGroup, ReadManagedPoliciesLinkedToUserGroup and ReadPolicies.
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
	notCreated  = "User group not created"
	notRead     = "User group not read"
	notUpdated  = "User group not updated"
	notDeleted  = "User group not deleted"
	notImported = "User group not imported"
	isGone      = "User group is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("user_group")} }

// Create creates the group.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Groups.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating user group "+plan.UserGroupName.ValueString(), err)
		return
	}
	base.WriteIdentity(resp.Private, created.Identity, &resp.Diagnostics)
	planned := r.blocks(ctx, plan, &resp.Diagnostics)
	r.save(ctx, &resp.State, plan.withGroup(created), blocks{}, &resp.Diagnostics)
	r.setBlocks(ctx, &resp.State, plan.withGroup(created), created, true, blocks{}, planned, notCreated, &resp.Diagnostics)
}

// blocks are the repeated blocks of a plan or a state.
type blocks struct {
	users    []member
	policies []policyblock.Element
}

func (r *Resource) blocks(ctx context.Context, m model, diags *diag.Diagnostics) blocks {
	return blocks{blockset.Decode[member](ctx, m.User, diags), blockset.Decode[policyblock.Element](ctx, m.Policy, diags)}
}

// save writes the state with these blocks.
func (r *Resource) save(ctx context.Context, state *tfsdk.State, m model, b blocks, diags *diag.Diagnostics) {
	m.User = blockset.Encode(ctx, memberType(), b.users, diags)
	m.Policy = blockset.Encode(ctx, policyblock.Type(), b.policies, diags)
	codec.Encode(state.Schema, &state.Raw, m, diags)
}

// setBlocks changes members and links as planned, and writes the state with those that exist then.
func (r *Resource) setBlocks(ctx context.Context, state *tfsdk.State, plan model, g group.Group, isNew bool, prior, planned blocks, summary string, diags *diag.Diagnostics) {
	done := blocks{r.setMembers(ctx, g, isNew, prior.users, planned.users, summary, diags), prior.policies}
	if !diags.HasError() {
		done.policies = policyblock.Apply(ctx, r.Data, principalOf(g), isNew, prior.policies, planned.policies, summary, diags)
	}
	r.save(ctx, state, plan, done, diags)
}

func principalOf(g group.Group) rights.Principal {
	return rights.Principal{Group: true, Name: g.Name, Path: g.Path}
}

// Read refreshes the state. It removes the group from the state if the API confirms that it no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	found, have, err := r.read(ctx, state, req.Private, &resp.Diagnostics)
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.ID.ValueString()) {
		return
	}
	r.save(ctx, &resp.State, state.withGroup(found), have, &resp.Diagnostics)
	blockset.EndImport(ctx, resp.Private, &resp.Diagnostics)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
}

// read reads the group. If the state has blocks, read also reads members and links; without blocks, they are not managed
// here.
func (r *Resource) read(ctx context.Context, state model, private base.PrivateState, diags *diag.Diagnostics) (found group.Group, have blocks, err error) {
	recorded := base.ReadIdentity(private)
	have = r.blocks(ctx, state, diags)
	if found, err = r.Data.Groups.Read(ctx, state.ID.ValueString(), recorded); err != nil {
		return found, have, err
	}
	if len(have.users) > 0 || blockset.Imported(ctx, private, userBlock) {
		if have.users, err = r.members(ctx, found.ID, recorded, have.users); err != nil {
			return found, have, err
		}
	}
	if len(have.policies) > 0 || blockset.Imported(ctx, private, policyblock.Name) {
		have.policies, err = policyblock.Linked(ctx, r.Data, principalOf(found), have.policies)
	}
	return found, have, err
}

// Update renames the group, moves it to another path and changes its members and its policies, in place.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	recorded, id := base.ReadIdentity(req.Private), state.ID.ValueString()
	prior, planned := r.blocks(ctx, state, &resp.Diagnostics), r.blocks(ctx, plan, &resp.Diagnostics)
	var now group.Group
	var err error
	switch {
	case plan.toSpec() != state.toSpec():
		if now, err = r.Data.Groups.Update(ctx, id, recorded, plan.toSpec()); err == nil {
			plan = plan.withGroup(now)
			r.save(ctx, &resp.State, plan, prior, &resp.Diagnostics)
		}
	case !plan.User.Equal(state.User) || !plan.Policy.Equal(state.Policy):
		now, err = r.Data.Groups.Read(ctx, id, recorded)
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), err)
		return
	}
	r.setBlocks(ctx, &resp.State, plan, now, false, prior, planned, notUpdated, &resp.Diagnostics)
}

// Delete deletes the group. It succeeds if the group is already gone.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	recorded, have := base.ReadIdentity(req.Private), r.blocks(ctx, state, &resp.Diagnostics)
	err := r.DeleteWhenFree(ctx, func() error { return r.delete(ctx, state, have, recorded) })
	if err != nil {
		diag.AddWithAdvice(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err, base.ForceText(err, state.ForceDestroy.ValueBool()))
	}
}

// delete removes the members and links that the blocks name, and then the group. With `force_destroy`, the API removes all
// of them with the group.
func (r *Resource) delete(ctx context.Context, state model, have blocks, recorded domain.Identity) error {
	id, force := state.ID.ValueString(), state.ForceDestroy.ValueBool()
	if !force && len(have.users)+len(have.policies) > 0 {
		found, err := r.Data.Groups.Read(ctx, id, recorded)
		if err == nil {
			err = teardown.Services{Groups: r.Data.Groups, Rights: r.Data.Rights}.Group(ctx, found, ids(have.users), policyblock.ORNs(have.policies))
		}
		if err != nil && !domain.IsGone(err) {
			return err
		}
	}
	return r.Data.Groups.Delete(ctx, id, recorded, force)
}
