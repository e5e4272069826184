package accesskey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

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
	to, refused := triedRecipients(plan.SealTo, r.session.Now)
	if diags.Append(refused...); refused.HasError() {
		return nil
	}
	pair, notices, err := r.session.Keeper.Rotate(ctx, have, plan.rotation())
	warn(diags, notices)
	if err != nil {
		addFailure(diags, summary, "Making an access key for "+plan.current().ownerText(), err)
	}
	if pair.Current.Secret == "" {
		return leftOf(state, pair.Previous)
	}
	r.session.Hand(plan.owner(), pair.Current)
	made := plan.rotated(pair, r.session.Now(), err == nil)
	if plan.SealTo.IsNull() {
		return &made
	}
	return r.seal(ctx, made, pair, to, state, diags)
}

// seal makes the state of a pair from the sealed secret of its new key. Where sealing fails, the new key was revoked and
// the state keeps the old one; a new key that could not be revoked takes the place of the key that goes next.
func (r *RotatingResource) seal(ctx context.Context, made rotatingModel, pair credential.Pair, to seal.Recipients, state *rotatingModel, diags *diag.Diagnostics) *rotatingModel {
	key, exists := r.plain().keepSealed(ctx, made.current(), pair.Current, to, diags)
	switch made = made.withSecretOf(key); {
	case !key.SealedSecretKey.IsNull() || exists && state == nil:
		return &made
	case exists:
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

// changeCurrent brings tag and expiry of the current key to the plan. What comes with done false is to be saved as it is.
func (r *RotatingResource) changeCurrent(ctx context.Context, plan rotatingModel, state *rotatingModel, diags *diag.Diagnostics) (result *rotatingModel, done bool) {
	key, err := state.current().have(), error(nil)
	if callsFor(plan, *state) {
		if !r.session.Ready(diags, notUpdated) {
			return nil, false
		}
		key, err = r.updateCurrent(ctx, plan, *state)
	}
	if err != nil {
		addFailure(diags, notUpdated, "Changing "+state.current().text(), err)
		if key.ID == "" {
			return nil, false
		}
		left := state.read(key, r.session.Now())
		return &left, false
	}
	changed := plan
	if plan.UserName.IsUnknown() {
		changed.UserName = textOrNull(key.UserName)
	}
	if plan.ExpirationDate.IsUnknown() {
		changed.ExpirationDate = isodate.Keep(state.ExpirationDate, key.Expires)
	}
	changed = changed.dated(r.session.Now())
	if !plan.ReadyToRotate.IsUnknown() {
		changed.ReadyToRotate = plan.ReadyToRotate // the plan's word stands; the window may have begun since
	}
	return &changed, true
}

// updateCurrent makes the call, if there is still a difference. Where the plan leaves the expiry open, it is a lifetime
// from now at the latest, by the API's clock, which the read before tells.
func (r *RotatingResource) updateCurrent(ctx context.Context, plan, state rotatingModel) (credential.Key, error) {
	have := state.current().have()
	want := credential.Wish{Owner: plan.owner(), Expires: have.Expires, Tag: plan.Tag.ValueString()}
	if plan.ExpirationDate.IsUnknown() {
		key, err := r.session.Keeper.Read(ctx, plan.owner(), have.ID)
		if err != nil {
			return credential.Key{}, err
		}
		have, want.Expires = key, noLater(key.Expires, r.session.Now().Add(plan.rotation().Lifetime))
		if want.Expires == key.Expires && want.Tag == key.Tag {
			return key, nil
		}
	}
	return r.session.Keeper.Update(ctx, have, want)
}

// noLater is the expiry, or the latest there may be.
func noLater(expires *time.Time, latest time.Time) *time.Time {
	if expires != nil && !expires.After(latest) {
		return expires
	}
	latest = latest.UTC().Truncate(time.Second)
	return &latest
}
