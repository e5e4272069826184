// Package user is the EIM user in Terraform: the resource outscale_user, and the data sources that look users up. What
// happens at the API is decided in internal/credential.
package user

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// Resource is outscale_user. API actions: CreateUser, ReadUsers, UpdateUser, DeleteUser, and ReadAccessKeys to name the
// keys that keep a user from being deleted.
type Resource struct {
	session *session.Session
}

var (
	_ resource.ResourceWithConfigure   = (*Resource)(nil)
	_ resource.ResourceWithImportState = (*Resource)(nil)
)

// How long each verb may take when the timeouts block says nothing.
const (
	createTimeout = 10 * time.Minute
	readTimeout   = 5 * time.Minute
	updateTimeout = 10 * time.Minute
	deleteTimeout = 10 * time.Minute
)

// Summaries of the errors, stable so that they can be searched for.
const (
	notCreated  = "User not created"
	notRead     = "User not read"
	notUpdated  = "User not updated"
	notDeleted  = "User not deleted"
	notImported = "User not imported"
	isGone      = "User is gone"
)

// NewResource returns the resource.
func NewResource() resource.Resource { return &Resource{} }

// Metadata names the resource.
func (r *Resource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

// Configure takes the session.
func (r *Resource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Create makes the user.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(userFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notCreated)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.session.WarnClock(&resp.Diagnostics)
	user, err := r.session.Keeper.CreateUser(ctx, plan.wish())
	if user.ID != "" {
		resp.Diagnostics.Append(userFields.Put(ctx, resp.State.Schema, &resp.State.Raw, plan.read(user))...)
	}
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notCreated, "Creating user "+plan.UserName.ValueString(), err)
	}
}

// Read refreshes the state, and forgets a user that is proved gone.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(userFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if r.session.Undecided() {
		r.session.WarnNotRefreshed(&resp.Diagnostics)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer r.session.WarnClock(&resp.Diagnostics)
	user, err := r.session.Keeper.ReadUser(ctx, state.ID.ValueString())
	if reason, gone := diagnose.Gone(err); gone {
		resp.Diagnostics.AddWarning(isGone, "The "+state.text()+" is no longer at the API: it is planned again if the configuration still has it.\n\n"+reason)
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notRead, "Reading "+state.text(), err)
		return
	}
	resp.Diagnostics.Append(userFields.Put(ctx, resp.State.Schema, &resp.State.Raw, state.read(user))...)
}

// Update renames, moves and re-addresses the user in place.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state model
	resp.Diagnostics.Append(userFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
	resp.Diagnostics.Append(userFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notUpdated)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	user, err := r.change(ctx, plan, state)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notUpdated, "Changing "+state.text(), err)
		return
	}
	resp.Diagnostics.Append(userFields.Put(ctx, resp.State.Schema, &resp.State.Raw, plan.read(user))...)
}

// change asks the API for a change only where there is one: other timeouts are no matter of the API.
func (r *Resource) change(ctx context.Context, plan, state model) (credential.User, error) {
	if plan.wish() == state.wish() {
		return r.session.Keeper.ReadUser(ctx, state.ID.ValueString())
	}
	return r.session.Keeper.UpdateUser(ctx, state.ID.ValueString(), plan.wish())
}

// Delete deletes the user; one that is already gone is what was wanted.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(userFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := r.session.Begin(&resp.Diagnostics, notDeleted)
	if !ok {
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := r.session.Keeper.DeleteUser(ctx, state.ID.ValueString()); err != nil {
		diagnose.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.text(), err)
	}
}

// ImportState takes a user's id or name. It only reads.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	if !userName.MatchString(req.ID) {
		resp.Diagnostics.AddError(notImported, fmt.Sprintf("%q is neither the id nor the name of a user. Give one of them: `ABCDEFGHIJKLMNOPQRSTUVWXYZ12345` or `alice`.", req.ID))
		return
	}
	if !r.session.Ready(&resp.Diagnostics, notImported) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	user, found := r.findForImport(ctx, req.ID, &resp.Diagnostics)
	if found {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), user.ID)...)
	}
}

// findForImport looks for an id first: a name can be given to any user, also one that looks like an id.
func (r *Resource) findForImport(ctx context.Context, text string, diags *diag.Diagnostics) (credential.User, bool) {
	user, err := r.session.Keeper.ReadUser(ctx, text)
	if _, gone := diagnose.Gone(err); gone {
		user, err = r.session.Keeper.FindUser(ctx, text)
		if _, gone := diagnose.Gone(err); gone {
			diags.AddError(notImported, fmt.Sprintf("No user of this account has the id or the name %q.", text))
			return user, false
		}
	}
	if err != nil {
		diagnose.Add(diags, notImported, fmt.Sprintf("Looking for the user with the id or the name %s", text), err)
	}
	return user, err == nil
}
