// Package user is the resource outscale_user and the data sources that look users up. What happens at the API is decided in
// internal/user.
package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Resource is outscale_user. API actions: CreateUser, ReadUsers, UpdateUser, DeleteUser; ReadAccounts before a creation; and
// ReadAccessKeys to name the keys that keep a user from being deleted.
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
	notCreated  = "User not created"
	notRead     = "User not read"
	notPlanned  = "User not planned"
	notUpdated  = "User not updated"
	notDeleted  = "User not deleted"
	notImported = "User not imported"
	isGone      = "User is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("user")} }

// ModifyPlan refuses a plan for an account that the provider block excludes.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.Data != nil && !req.Plan.Raw.IsNull() {
		r.Data.CheckAccount(ctx, &resp.Diagnostics, notPlanned)
	}
}

// Create creates the user.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, plan.Timeouts.Create, base.CreateTimeout)
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Users.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating user "+plan.UserName.ValueString(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withUser(created), &resp.Diagnostics)
	keyattr.WriteIdentity(ctx, resp.Private, created.Identity, &resp.Diagnostics)
}

// Read refreshes the state, and forgets a user that is proved gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts.Read)
	if !ok {
		return
	}
	defer end()
	recorded := keyattr.ReadIdentity(ctx, req.Private)
	found, err := r.Data.Users.Read(ctx, state.ID.ValueString(), recorded)
	if reason, gone := diag.Gone(err); gone {
		resp.Diagnostics.Append(diag.IsGone(isGone, state.describe(), state.ID.ValueString(), reason))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading "+state.describe(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, state.withUser(found), &resp.Diagnostics)
	if found.Identity.AccountID != "" {
		keyattr.WriteIdentity(ctx, resp.Private, found.Identity, &resp.Diagnostics)
	}
}

// Update renames the user, moves it to another path and changes its address, in place. Other timeouts need no change at the
// API.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(ctx, req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, plan.Timeouts.Update, base.UpdateTimeout)
	if !ok {
		return
	}
	defer end()
	recorded, id := keyattr.ReadIdentity(ctx, req.Private), state.ID.ValueString()
	var changed user.User
	var err error
	if plan.toSpec() == state.toSpec() {
		changed, err = r.Data.Users.Read(ctx, id, recorded)
	} else {
		changed, err = r.Data.Users.Update(ctx, id, recorded, plan.toSpec())
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), err)
		return
	}
	codec.Encode(ctx, resp.State.Schema, &resp.State.Raw, plan.withUser(changed), &resp.Diagnostics)
}

// Delete deletes the user; one that is already gone is success.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(ctx, req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, state.Timeouts.Delete, base.DeleteTimeout)
	if !ok {
		return
	}
	defer end()
	if err := r.Data.Users.Delete(ctx, state.ID.ValueString(), keyattr.ReadIdentity(ctx, req.Private)); err != nil {
		diag.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err)
	}
}
