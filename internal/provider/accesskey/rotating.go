package accesskey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
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
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
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
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	var state *rotatingModel
	if !req.State.Raw.IsNull() {
		state = &rotatingModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
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
	resp.Diagnostics.Append(resp.Plan.Set(ctx, v.plan)...)
}

// Create makes the first key.
func (r *RotatingResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.session.WarnClock(&resp.Diagnostics)
	var plan rotatingModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
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
		resp.Diagnostics.Append(resp.State.Set(ctx, made)...)
		resp.Diagnostics.Append(noteTime(ctx, resp.Private, r.session.Now())...)
	}
}

// Read refreshes the state. A current key that is gone keeps its place for the next one, which a plan then makes; only
// when the owner is gone, and both keys with it, is there nothing left to renew.
func (r *RotatingResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.session.WarnClock(&resp.Diagnostics)
	var state rotatingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
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
	resp.Diagnostics.Append(resp.State.Set(ctx, state.withPrevious(previous))...)
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
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
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
		resp.Diagnostics.Append(resp.State.Set(ctx, now)...)
		resp.Diagnostics.Append(noteTime(ctx, resp.Private, r.session.Now())...)
	}
}

// rotate makes the next key of a pair, or the first where state is nil. It returns what to save, nil for nothing: the
// plan with the new key; or, where none was made, the state with what is left of the pair, so that the next plan finds
// the same reason to rotate.
func (r *RotatingResource) rotate(ctx context.Context, plan rotatingModel, state *rotatingModel, diags *diag.Diagnostics) *rotatingModel {
	summary, have := notCreated, credential.Pair{}
	if state != nil {
		summary, have = notRotated, state.have()
	}
	diags.Append(refuseDurations(plan)...)
	if diags.HasError() || !r.session.Ready(diags, summary) {
		return nil
	}
	var to seal.Recipients
	if !plan.SealTo.IsNull() {
		refused := diag.Diagnostics{}
		to, refused = recipients(plan.SealTo, r.session.Now)
		if diags.Append(refused...); refused.HasError() {
			return nil
		}
	}
	pair, notices, err := r.session.Keeper.Rotate(ctx, have, plan.rotation())
	warn(diags, notices)
	if err != nil {
		diagnose.Add(diags, summary, "Making an access key for "+plan.current().ownerText(), err)
	}
	if pair.Current.Secret == "" {
		return leftOf(state, pair.Previous)
	}
	r.session.Opened.Hand(opened.Key{Keeper: r.session.Keeper, Owner: plan.owner(), Key: pair.Current})
	made := plan.rotated(pair, r.session.Now(), err == nil)
	if plan.SealTo.IsNull() {
		return &made
	}
	key, exists := r.plain().keepSealed(ctx, made.current(), pair.Current, to, diags)
	switch made = made.withSecretOf(key); {
	case !key.SealedSecretKey.IsNull() || exists && state == nil:
		return &made
	case exists: // nobody has its secret: it takes the place of the key that goes next
		return leftOf(state, pair.Current)
	case state != nil && pair.Previous.ID == state.ID.ValueString():
		return leftOf(state, credential.Key{})
	}
	return leftOf(state, pair.Previous)
}

// leftOf is the state after a rotation that made no key.
func leftOf(state *rotatingModel, previous credential.Key) *rotatingModel {
	if state == nil {
		return nil
	}
	left := state.withPrevious(previous)
	return &left
}

// change does to a pair whose current key stays what a plan says. It returns what to save: what was done, also when the
// rest failed.
func (r *RotatingResource) change(ctx context.Context, plan rotatingModel, state *rotatingModel, diags *diag.Diagnostics) *rotatingModel {
	diags.Append(refuseDurations(plan)...)
	sealed, refused := plan.current().sealInPlace(state.current(), r.session.Now)
	if diags.Append(refused...); diags.HasError() {
		return nil
	}
	plan = plan.withSecretOf(sealed)
	result, done := r.changeCurrent(ctx, plan, state, diags)
	if !done {
		return result
	}
	result.PreviousAccessKeyID, result.PreviousExpirationDate = state.PreviousAccessKeyID, state.PreviousExpirationDate
	previous, owner := state.have().Previous, plan.owner()
	switch tried := "access key " + previous.ID + ", the one before " + state.ID.ValueString(); {
	case previous.ID == "" || !r.session.Ready(diags, notUpdated):
	case plan.PreviousAccessKeyID.IsNull():
		if err := r.session.Keeper.Revoke(ctx, owner, previous); err != nil {
			diagnose.Add(diags, notDeleted, "Deleting "+tried, err)
			return result
		}
		*result = result.withPrevious(credential.Key{})
	case plan.PreviousExpirationDate.IsUnknown():
		key, err := r.session.Keeper.EndWithin(ctx, owner, previous.ID, plan.rotation().Overlap)
		if err != nil {
			diagnose.Add(diags, notUpdated, "Giving an expiry to "+tried, err)
			return result
		}
		*result = result.withPrevious(key)
	}
	return result
}

// changeCurrent brings tag and expiry of the current key to the plan. Where the plan leaves the expiry open, it is a
// lifetime from now at the latest. What comes with done false is to be saved as it is.
func (r *RotatingResource) changeCurrent(ctx context.Context, plan rotatingModel, state *rotatingModel, diags *diag.Diagnostics) (result *rotatingModel, done bool) {
	want := credential.Wish{Owner: plan.owner(), Expires: expiry(state.ExpirationDate), Tag: plan.Tag.ValueString()}
	if plan.ExpirationDate.IsUnknown() {
		if !r.session.Ready(diags, notUpdated) {
			return nil, false
		}
		key, err := r.session.Keeper.Read(ctx, plan.owner(), state.ID.ValueString()) // it also tells the API's time
		if err != nil {
			diagnose.Add(diags, notUpdated, "Changing "+state.current().text(), err)
			return nil, false
		}
		want.Expires = noLater(key.Expires, r.session.Now().Add(plan.rotation().Lifetime))
	}
	result = &plan
	if isSame := want.Tag == state.Tag.ValueString() && sameMoment(want.Expires, expiry(state.ExpirationDate)); !isSame {
		if !r.session.Ready(diags, notUpdated) {
			return nil, false
		}
		key, err := r.session.Keeper.Update(ctx, state.current().have(), want)
		if err != nil {
			diagnose.Add(diags, notUpdated, "Changing "+state.current().text(), err)
			if key.ID == "" {
				return nil, false
			}
			left := state.read(key, r.session.Now())
			return &left, false
		}
		if plan.UserName.IsUnknown() {
			result.UserName = textOrNull(key.UserName)
		}
		want.Expires = key.Expires
	}
	if plan.UserName.IsUnknown() {
		result.UserName = state.UserName
	}
	if plan.ExpirationDate.IsUnknown() {
		result.ExpirationDate = state.ExpirationDate.Keep(want.Expires)
	}
	ready := plan.ReadyToRotate
	*result = result.dated(r.session.Now())
	if !ready.IsUnknown() {
		result.ReadyToRotate = ready // the plan's word stands; the window may have begun since
	}
	return result, true
}

// noLater is the expiry, or the latest there may be.
func noLater(expires *time.Time, latest time.Time) *time.Time {
	if expires != nil && !expires.After(latest) {
		return expires
	}
	latest = latest.UTC().Truncate(time.Second)
	return &latest
}

func sameMoment(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// Delete revokes both keys; what is already gone is what was wanted.
func (r *RotatingResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state rotatingModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
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
