// Package usergroup is the resource outscale_user_group. What happens at the API is decided in internal/group.
package usergroup

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Resource is outscale_user_group. API actions: CreateUserGroup, ReadUserGroups, UpdateUserGroup, DeleteUserGroup.
type Resource struct {
	base.ResourceBase
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// The summaries of the errors, stable so that they can be searched for.
const (
	notCreated = "User group not created"
	notRead    = "User group not read"
	notUpdated = "User group not updated"
	notDeleted = "User group not deleted"
	isGone     = "User group is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("user_group")} }

// Create creates the group.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, plan.Timeouts.Create, base.CreateTimeout)
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Groups.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating user group "+plan.UserGroupName.ValueString(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withGroup(created), &resp.Diagnostics)
	keyattr.WriteIdentity(ctx, resp.Private, created.Identity, &resp.Diagnostics)
}

// Read refreshes the state, and forgets a group that is proved gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts.Read)
	if !ok {
		return
	}
	defer end()
	found, err := r.Data.Groups.Read(ctx, state.ID.ValueString(), keyattr.ReadIdentity(ctx, req.Private))
	if reason, gone := diag.Gone(err); gone {
		resp.Diagnostics.Append(diag.IsGone(isGone, state.describe(), state.ID.ValueString(), reason))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading "+state.describe(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, state.withGroup(found), &resp.Diagnostics)
	if found.Identity.AccountID != "" {
		keyattr.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
	}
}

// Update renames the group and moves it to another path, in place.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, plan.Timeouts.Update, base.UpdateTimeout)
	if !ok {
		return
	}
	defer end()
	recorded, id := keyattr.ReadIdentity(ctx, req.Private), state.ID.ValueString()
	var changed group.Group
	var err error
	if plan.toSpec() == state.toSpec() { // timeouts or `force_destroy` alone
		changed, err = r.Data.Groups.Read(ctx, id, recorded)
	} else {
		changed, err = r.Data.Groups.Update(ctx, id, recorded, plan.toSpec())
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withGroup(changed), &resp.Diagnostics)
}

// Delete deletes the group; one that is already gone is success.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, state.Timeouts.Delete, base.DeleteTimeout)
	if !ok {
		return
	}
	defer end()
	err := r.Data.Groups.Delete(ctx, state.ID.ValueString(), keyattr.ReadIdentity(ctx, req.Private), state.ForceDestroy.ValueBool())
	if err != nil {
		diag.AddMore(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err,
			"A group with members or policies is deleted only with `force_destroy`: set it to true and apply before the destruction.")
	}
}

// ImportState imports the id of the group.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("id"), req, resp)
}
