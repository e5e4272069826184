package accesskey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// RotatingResource is outscale_rotating_access_key. API actions: those of Resource.
type RotatingResource struct {
	session *session.Session
}

var (
	_ resource.ResourceWithConfigure      = (*RotatingResource)(nil)
	_ resource.ResourceWithValidateConfig = (*RotatingResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*RotatingResource)(nil)
	_ resource.ResourceWithImportState    = (*RotatingResource)(nil)
	_ resource.ResourceWithMoveState      = (*RotatingResource)(nil)
)

// notRotated is the summary of the error of a rotation.
const notRotated = "Access key not rotated"

// NewRotatingResource returns the resource.
func NewRotatingResource() resource.Resource { return &RotatingResource{} }

// Metadata names the resource.
func (r *RotatingResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_rotating_access_key"
}

// Configure takes the session.
func (r *RotatingResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// plain is the resource for a key that does not rotate, for all that both do alike.
func (r *RotatingResource) plain() *Resource { return &Resource{session: r.session} }

// ValidateConfig refuses what no plan can make good. What a single duration may be is the schema's matter.
func (r *RotatingResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	resp.Diagnostics.Append(refuseTwoOwners(config.current())...)
	resp.Diagnostics.Append(refuseRecipients(config.SealTo)...)
	resp.Diagnostics.Append(refuseWindow(config)...)
}

// ModifyPlan plans creations, rotations and changes; nothing is to be said about a destruction.
func (r *RotatingResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || r.session == nil {
		return
	}
	var config rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.Config.Schema, req.Config.Raw, &config)...)
	var state *rotatingModel
	if !req.State.Raw.IsNull() {
		state = &rotatingModel{}
		resp.Diagnostics.Append(pairFields.Get(ctx, req.State.Schema, req.State.Raw, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	at, kept := lookedAt(ctx, req.Private)
	if !kept {
		at = r.session.Now()
	}
	v := decideRotation(config, state, at, func(id, name string) bool {
		return r.plain().sameOwner(ctx, id, name, &resp.Diagnostics)
	})
	if state == nil && r.session.SealedKeyWasGone(fingerprints(config.SealTo)) {
		v.diags = warned(v.diags, notSealable, noMore)
	}
	resp.Diagnostics.Append(v.diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.judgeLimits(ctx, v, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.RequiresReplace.Append(v.replace...)
	resp.Diagnostics.Append(pairFields.Put(ctx, resp.Plan.Schema, &resp.Plan.Raw, v.plan)...)
}

// Create makes the first key.
func (r *RotatingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.session.WarnClock(&resp.Diagnostics)
	var plan rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
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
	if made := r.rotate(ctx, plan, nil, &resp.Diagnostics); made != nil {
		resp.Diagnostics.Append(pairFields.Put(ctx, resp.State.Schema, &resp.State.Raw, *made)...)
		resp.Diagnostics.Append(noteTime(ctx, resp.Private, r.session.Now())...)
	}
}

// Read refreshes the state. A current key that is gone keeps its place for the next one, which a plan then makes; only
// when the owner is gone, and both keys with it, is there nothing left to renew.
func (r *RotatingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.session.WarnClock(&resp.Diagnostics)
	var state rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
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
	current, err := r.readOne(ctx, state.owner(), state.ID.ValueString())
	var previous credential.Key
	if id := state.PreviousAccessKeyID.ValueString(); err == nil && id != "" {
		previous, err = r.readOne(ctx, state.owner(), id)
	}
	switch {
	case credential.OwnerIsGone(err):
		reason, _ := diagnose.Gone(err)
		resp.Diagnostics.AddWarning(isGone, "The "+state.current().text()+" is no longer at the API, because its owner is not: it is planned again if the configuration still has it.\n\n"+reason)
		if !state.SealedTo.IsNull() {
			r.session.SealedKeyGone(texts(state.SealedTo))
		}
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		diagnose.Add(&resp.Diagnostics, notRead, "Reading "+state.current().text(), err)
		return
	case current.ID == "":
		state = state.gone(r.session.Now())
	default:
		state = state.read(current, r.session.Now())
	}
	warn(&resp.Diagnostics, r.session.Keeper.Leftovers(state.owner()))
	resp.Diagnostics.Append(pairFields.Put(ctx, resp.State.Schema, &resp.State.Raw, state.withPrevious(previous))...)
	resp.Diagnostics.Append(noteTime(ctx, resp.Private, r.session.Now())...)
}

// readOne reads a key; one that is gone while its owner is not is no error, and has no ID.
func (r *RotatingResource) readOne(ctx context.Context, owner credential.Owner, id string) (credential.Key, error) {
	key, err := r.session.Keeper.Read(ctx, owner, id)
	if _, gone := diagnose.Gone(err); gone && !credential.OwnerIsGone(err) {
		return credential.Key{}, nil
	}
	return key, err
}

// Update rotates where the plan says so, and else changes the current key and removes the one before it.
func (r *RotatingResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.Plan.Schema, req.Plan.Raw, &plan)...)
	resp.Diagnostics.Append(pairFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, updateTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.session.Undecided() { // a change that is no matter of the API is made all the same
		done, ok := r.session.Begin(&resp.Diagnostics, notUpdated)
		if !ok {
			return
		}
		defer done()
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	do := r.change
	if plan.AccessKeyID.IsUnknown() {
		do = r.rotate
	}
	if now := do(ctx, plan, &state, &resp.Diagnostics); now != nil {
		resp.Diagnostics.Append(pairFields.Put(ctx, resp.State.Schema, &resp.State.Raw, *now)...)
		resp.Diagnostics.Append(noteTime(ctx, resp.Private, r.session.Now())...)
	}
}

// Delete revokes both keys; what is already gone is what was wanted.
func (r *RotatingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state rotatingModel
	resp.Diagnostics.Append(pairFields.Get(ctx, req.State.Schema, req.State.Raw, &state)...)
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
	if err := r.session.Keeper.RevokePair(ctx, state.owner(), state.have()); err != nil {
		diagnose.Add(&resp.Diagnostics, notDeleted, "Deleting "+state.current().text()+" and the one before it", err)
	}
}
