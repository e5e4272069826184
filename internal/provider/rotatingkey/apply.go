package rotatingkey

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// applied is the result of an apply, which is saved even after an error.
type applied struct {
	state    model
	identity key.Identity // the zero Identity if it did not change
	exists   bool         // false = there is nothing to save
}

// rotate creates the next key of a pair, or the first one if state is nil. The result is the plan with the new key. If no key
// was created, it is the state with what is left of the pair, so that the next plan rotates again.
func (r *Resource) rotate(ctx context.Context, plan model, state *model, identity key.Identity, diags *diag.Diagnostics) applied {
	summary, have, recorder := keyattr.NotCreated, rotation.Pair{}, r.Data.Orphans
	if state != nil {
		summary, have = keyattr.NotRotated, state.toPair(identity)
		recorder = recorder.Replacing(state.ID.ValueString())
	}
	diags.Append(refuseDurations(plan)...)
	to, refused := keyattr.ParseRecipients(plan.SealTo).Usable(r.Data.Now)
	if diags.Append(refused...); diags.HasError() {
		return applied{}
	}
	r.Data.WarnOrphansOfCreation(ctx, plan.Owner(), diags)
	result, err := r.Data.Rotation.Rotate(ctx, have, plan.toSpec(), key.CreateOptions{Recorder: recorder, Abandoned: r.Data.Tracker.Abandoned})
	diag.AddWarnings(diags, result.Warnings)
	if err != nil {
		diag.AddKeyCreationError(diags, summary, "Creating an access key for "+plan.OwnerText(), err)
	}
	if result.Current.Secret == "" {
		return leftOf(state, result.Previous)
	}
	made := applied{plan.withRotated(result.Pair, r.Data.Now(), err == nil), result.Current.Identity, true}
	if keepsPrevious(state, result.Pair) {
		diags.AddWarning("Previous access key stays valid: "+result.Previous.ID, fmt.Sprintf(
			"Access key %s did not work any more when the apply replaced it. So access key %s, the one before it, stays the previous key. It %s.",
			state.ID.ValueString(), result.Previous.ID, expiryText(made.state.PreviousExpirationDate)))
	}
	if plan.SealTo.IsNull() {
		return made
	}
	return r.seal(ctx, made, result.Pair, to, state, diags)
}

// seal seals the secret of the new key. If that fails, it revokes the new key, and the state keeps the old keys. A new key that
// cannot be revoked becomes the previous key of the state, so that a later apply revokes it, unless the state has a previous
// key that is still valid. Then the journal has the new key.
func (r *Resource) seal(ctx context.Context, made applied, pair rotation.Pair, to seal.Recipients, state *model, diags *diag.Diagnostics) applied {
	var exists bool
	made.state.Key, exists = made.state.SealNew(ctx, pair.Current, to, r.Data.Keys, diags)
	switch {
	case !made.state.SealedSecretKey.IsNull() || exists && state == nil:
		return made
	case exists && !keepsPrevious(state, pair):
		return leftOf(state, pair.Current)
	case state != nil && pair.Previous.ID == state.ID.ValueString():
		return leftOf(state, key.Key{})
	}
	return leftOf(state, pair.Previous)
}

// keepsPrevious reports whether the previous key of the state is still the previous key after a rotation.
func keepsPrevious(state *model, rotated rotation.Pair) bool {
	return state != nil && rotated.Previous.ID != "" && rotated.Previous.ID == state.PreviousAccessKeyID.ValueString()
}

// leftOf returns the result of a rotation that created no key.
func leftOf(state *model, previous key.Key) applied {
	if state == nil {
		return applied{}
	}
	return applied{state: state.withPrevious(previous), exists: true}
}

// callsAPI reports whether an update needs a call.
func callsAPI(plan, config, state model) bool {
	return plan.AccessKeyID.IsUnknown() || changesKey(plan, state) || plan.WaitsForSecret(config.Key, state.Key) ||
		!state.PreviousAccessKeyID.IsNull() && (plan.PreviousAccessKeyID.IsNull() || plan.PreviousExpirationDate.IsUnknown())
}

// change applies a plan in which the current key stays.
func (r *Resource) change(ctx context.Context, plan, config model, state *model, identity key.Identity, diags *diag.Diagnostics) applied {
	diags.Append(refuseDurations(plan)...)
	plan.Key = plan.SecretInPlace(ctx, r.Data, config.Key, state.Key, identity, diags)
	if diags.HasError() {
		return applied{}
	}
	result, ok := r.changeCurrent(ctx, plan, *state, identity, diags)
	if !ok {
		return result
	}
	result.state.PreviousAccessKeyID, result.state.PreviousExpirationDate = state.PreviousAccessKeyID, state.PreviousExpirationDate
	previous := state.toPair(identity).Previous
	tried := "access key " + previous.ID + ", the one before " + state.ID.ValueString()
	switch {
	case previous.ID == "":
	case plan.PreviousAccessKeyID.IsNull():
		if err := r.Data.Keys.Revoke(ctx, plan.Owner(), previous); err != nil {
			diag.Add(diags, keyattr.NotDeleted, "Deleting "+tried, err)
			return result
		}
		result.state = result.state.withPrevious(key.Key{})
	case plan.PreviousExpirationDate.IsUnknown():
		found, err := r.Data.Keys.ExpireWithin(ctx, plan.Owner(), previous, plan.toSpec().Lifetime)
		if err != nil {
			diag.Add(diags, keyattr.NotUpdated, "Changing the expiry of "+tried, err)
			return result
		}
		result.state = result.state.withPrevious(found)
	}
	return result
}

// changeCurrent applies the tag and the expiry of the current key. If ok is false, it failed, and the result is final.
func (r *Resource) changeCurrent(ctx context.Context, plan, state model, identity key.Identity, diags *diag.Diagnostics) (_ applied, ok bool) {
	found := state.ToKey(identity)
	if changesKey(plan, state) {
		var err error
		if found, err = r.updateCurrent(ctx, plan, state, identity); err != nil {
			diag.AddKeyError(diags, keyattr.NotUpdated, "Changing "+state.Describe(), err)
			if found.ID == "" {
				return applied{}, false
			}
			return applied{state.withCurrent(found, r.Data.Now()), found.Identity, true}, false
		}
	}
	changed := plan
	if plan.UserName.IsUnknown() {
		changed.UserName = types.StringValue(found.UserName)
	}
	if plan.ExpirationDate.IsUnknown() {
		changed.ExpirationDate = isodate.Keep(state.ExpirationDate, found.Expires)
	}
	changed = changed.withWindow(r.Data.Now())
	if !plan.ReadyToRotate.IsUnknown() {
		changed.ReadyToRotate = plan.ReadyToRotate // the result must equal the plan, even if the window has begun since
	}
	return applied{changed, found.Identity, true}, true
}

// updateCurrent updates the current key, if it still differs from the plan. If the planned expiry is unknown, the key expires
// at most a lifetime from now. The read before sets the API's clock for that. Update does not read the key again, because
// state and expiry are those of this read.
func (r *Resource) updateCurrent(ctx context.Context, plan, state model, identity key.Identity) (key.Key, error) {
	have := state.ToKey(identity)
	want := key.Spec{Owner: plan.Owner(), Expires: have.Expires, Tag: plan.Tag.ValueString()}
	if plan.ExpirationDate.IsUnknown() {
		found, err := r.Data.Keys.Reload(ctx, plan.Owner(), have)
		if err != nil {
			return key.Key{}, err
		}
		have, want.State, want.Expires = found, found.State, notLater(found.Expires, r.Data.Now().Add(plan.toSpec().Lifetime))
		if want.Expires == found.Expires && want.Tag == found.Tag {
			return found, nil
		}
	}
	return r.Data.Keys.Update(ctx, have, want)
}

// notLater returns expires, or latest if that is earlier.
func notLater(expires *time.Time, latest time.Time) *time.Time {
	if expires != nil && !expires.After(latest) {
		return expires
	}
	latest = latest.UTC().Truncate(time.Second)
	return &latest
}
