// Package user is the resource outscale_user and the data sources of users. Package internal/user makes the API calls.
package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/teardown"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Resource is outscale_user. API actions: CreateUser, ReadUsers, UpdateUser, DeleteUser; ReadAccounts before a creation;
// with `policy` blocks LinkPolicy, UnlinkPolicy, ReadLinkedPolicies and ReadPolicies; and the actions that package teardown
// uses before a deletion.
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
	notCreated  = "User not created"
	notRead     = "User not read"
	notUpdated  = "User not updated"
	notDeleted  = "User not deleted"
	notImported = "User not imported"
	isGone      = "User is gone"
)

// New returns the resource.
func New() resource.Resource { return &Resource{base.NewResource("user")} }

// Create creates the user.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notCreated, base.Create(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	created, err := r.Data.Users.Create(ctx, plan.toSpec())
	if err != nil {
		diag.Add(&resp.Diagnostics, notCreated, "Creating user "+plan.UserName.ValueString(), err)
		return
	}
	base.WriteIdentity(resp.Private, created.Identity, &resp.Diagnostics)
	r.save(ctx, &resp.State, plan.withUser(created), nil, &resp.Diagnostics)
	r.link(ctx, &resp.State, plan.withUser(created), created.Name, true, nil, notCreated, &resp.Diagnostics)
}

// save writes the state with these policies.
func (r *Resource) save(ctx context.Context, state *tfsdk.State, m model, policies []policyblock.Element, diags *diag.Diagnostics) {
	m.Policy = blockset.Encode(ctx, policyblock.Type(), policies, diags)
	codec.Encode(state.Schema, &state.Raw, m, diags)
}

// link links and unlinks policies of the user with that name as planned, and writes the state with the policies that are
// linked then.
func (r *Resource) link(ctx context.Context, state *tfsdk.State, plan model, userName string, isNew bool, prior []policyblock.Element, summary string, diags *diag.Diagnostics) {
	planned := blockset.Decode[policyblock.Element](ctx, plan.Policy, diags)
	policies := policyblock.Apply(ctx, r.Data, rights.Principal{Name: userName}, isNew, prior, planned, summary, diags)
	r.save(ctx, state, plan, policies, diags)
}

// Read refreshes the state. It removes the user from the state if the API confirms that it no longer exists.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginRefresh(ctx, &resp.Diagnostics, notRead, state.Timeouts)
	if !ok {
		return
	}
	defer end()
	recorded := base.ReadIdentity(req.Private)
	found, err := r.Data.Users.Read(ctx, state.ID.ValueString(), recorded)
	if !base.Refreshed(ctx, resp, err, isGone, notRead, state.describe(), state.ID.ValueString()) {
		return
	}
	policies := blockset.Decode[policyblock.Element](ctx, state.Policy, &resp.Diagnostics)
	if len(policies) > 0 || blockset.Imported(ctx, req.Private, policyblock.Name) { // without blocks, the links are not managed here
		if policies, err = policyblock.Linked(ctx, r.Data, rights.Principal{Name: found.Name}, policies); err != nil {
			diag.Add(&resp.Diagnostics, notRead, "Reading the policies of "+state.describe(), err)
			return
		}
	}
	r.save(ctx, &resp.State, state.withUser(found), policies, &resp.Diagnostics)
	blockset.EndImport(ctx, resp.Private, &resp.Diagnostics)
	base.WriteIdentity(resp.Private, found.Identity, &resp.Diagnostics)
}

// Update changes the name, the path, the address and the policies of the user in place. Other arguments need no call.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := codec.Decode(req.Plan.Schema, req.Plan.Raw, &resp.Diagnostics)
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notUpdated, base.Update(plan.Timeouts))
	if !ok {
		return
	}
	defer end()
	prior := blockset.Decode[policyblock.Element](ctx, state.Policy, &resp.Diagnostics)
	recorded, id, name := base.ReadIdentity(req.Private), state.ID.ValueString(), plan.UserName.ValueString()
	var now user.User
	var err error
	switch {
	case plan.toSpec() != state.toSpec():
		if now, err = r.Data.Users.Update(ctx, id, recorded, plan.toSpec()); err == nil {
			plan = plan.withUser(now)
			r.save(ctx, &resp.State, plan, prior, &resp.Diagnostics)
		}
	case !plan.Policy.Equal(state.Policy): // the user can have another name since the plan
		now, err = r.Data.Users.Read(ctx, id, recorded)
		name = now.Name
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notUpdated, "Changing "+state.describe(), err)
		return
	}
	r.link(ctx, &resp.State, plan, name, false, prior, notUpdated, &resp.Diagnostics)
}

// Delete deletes the user. It succeeds if the user is already gone. If something that another request of the run removes
// prevents the deletion, such as a key, Delete waits for that request.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := codec.Decode(req.State.Schema, req.State.Raw, &resp.Diagnostics)
	ctx, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notDeleted, base.Delete(state.Timeouts))
	if !ok {
		return
	}
	defer end()
	policies := blockset.Decode[policyblock.Element](ctx, state.Policy, &resp.Diagnostics)
	recorded := base.ReadIdentity(req.Private)
	err := r.DeleteWhenFree(ctx, func() error { return r.delete(ctx, state, policyblock.ORNs(policies), recorded) })
	if err != nil {
		diag.AddWithAdvice(&resp.Diagnostics, notDeleted, "Deleting "+state.describe(), err, base.ForceText(err, state.ForceDestroy.ValueBool()))
	}
}

// delete removes the links that are managed here, or with `force_destroy` everything that the user has. Then it deletes the
// user.
func (r *Resource) delete(ctx context.Context, state model, orns []string, recorded domain.Identity) error {
	services := teardown.Services{Keys: r.Data.Keys, Groups: r.Data.Groups, Rights: r.Data.Rights, Signer: r.Data.Signer}
	if force := state.ForceDestroy.ValueBool(); force || len(orns) > 0 {
		found, err := r.Data.Users.Read(ctx, state.ID.ValueString(), recorded)
		switch {
		case domain.IsGone(err):
			return nil
		case err == nil && force:
			err = services.Everything(ctx, found)
		case err == nil:
			err = services.Links(ctx, found, orns)
		}
		if err != nil {
			return err
		}
	}
	return r.Data.Users.Delete(ctx, state.ID.ValueString(), recorded)
}
