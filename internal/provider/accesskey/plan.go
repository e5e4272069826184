package accesskey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// Places in the schema that messages and replacements point to.
var (
	atUserName       = path.Root("user_name")
	atUserID         = path.Root("user_id")
	atExpirationDate = path.Root("expiration_date")
)

// pastDate is the summary of what is said about a date that has passed and would be a new key's.
const pastDate = "Expiration date in the past"

// verdict is what planning decides: the whole planned resource, what forces a replacement, and what to tell the user.
type verdict struct {
	plan    model
	replace path.Paths
	diags   diag.Diagnostics
}

// decide plans a key. It is the one place where a value is null, unknown or kept, so that no other plan modifier has a
// say. state is nil for a key that is to be made. sameOwner answers whether a user's id and a user's name are one
// user's; it is asked only where the state cannot tell. seen answers whether a key with that expiry was found gone
// or expired in this run: then the date of a key that is to be made is not new. now is the API's time as far as this process
// knows it: before its first answer, as in a plan that reads nothing, it is this machine's, and apply has the last word.
func decide(config model, state *model, now time.Time, sameOwner func(id, name string) bool, seen func(time.Time) bool) verdict {
	if refused := append(refuseTwoOwners(config), refuseRecipients(config.SealTo)...); refused.HasError() {
		return verdict{plan: config, diags: refused}
	}
	if state == nil {
		v := verdict{plan: fresh(config)}
		if at, dated := config.ExpirationDate.Meaning(); dated && seen(at) {
			v.warnPast(config.ExpirationDate, now)
		} else {
			v.refusePast(config.ExpirationDate, now, destroyAllTheSame)
		}
		v.judgeRecipients(config, now)
		return v
	}
	keeps, why := keepsOwner(config, *state, sameOwner), whyResealed(config, *state)
	if !keeps || why != "" {
		v := verdict{plan: fresh(config)}
		if !keeps {
			v.replaced(*state)
		}
		v.resealed(why)
		v.refusePastUnlessKept(config, *state, now)
		v.judgeRecipients(config, now)
		return v
	}
	v := verdict{plan: change(config, *state)}
	v.refusePastUnlessKept(config, *state, now)
	v.judgeRecipients(config, now)
	v.warnExpiry(*state, now)
	v.warnSealing(*state)
	return v
}

// refuseTwoOwners stops a configuration that names the owner twice. What is not known yet may turn out to be left out,
// and is asked again when it is.
func refuseTwoOwners(config model) (diags diag.Diagnostics) {
	if config.UserName.ValueString() != "" && config.UserID.ValueString() != "" {
		diags.AddAttributeError(atUserID, "Owner named twice", "Both `user_name` and `user_id` are set: keep one of the two. "+
			"With `user_id` the key survives a rename of its owner. (A configuration that the CLI generates for an import has both.)")
	}
	return diags
}

// fresh is the plan of a key that does not exist.
func fresh(config model) model {
	plan := config
	plan.ID, plan.AccessKeyID = types.StringUnknown(), types.StringUnknown()
	plan.SecretKey, plan.SealedSecretKey, plan.SealedTo = secretOf(config.SealTo)
	plan.CreationDate, plan.LastModificationDate = isodate.Unknown(), isodate.Unknown()
	if plan.State.IsNull() {
		plan.State = types.StringUnknown()
	}
	plan.Expired = types.BoolUnknown()
	if plan.ExpirationDate.None() {
		plan.Expired = types.BoolValue(false)
	}
	if !config.UserID.IsNull() {
		plan.UserName = types.StringUnknown()
	}
	return plan
}

// change is the plan of a key that exists and stays with its owner. Every computed value is the state's, unless the API
// will be asked to change the key: then, and only then, are the values open that such a call can bring.
func change(config, state model) model {
	plan := state
	plan.Timeouts = config.Timeouts
	plan.Tag = config.Tag
	plan.SealTo = keptSpelling(config, state)
	if !state.SecretKey.IsNull() && !config.SealTo.IsNull() {
		plan.SecretKey, plan.SealedSecretKey, plan.SealedTo = secretOf(config.SealTo)
	}
	plan.ExpirationDate = config.ExpirationDate
	// GOTCHA: the CLI allows to keep the state's text against the configuration's only where both are set.
	if config.ExpirationDate.Same(state.ExpirationDate) && !config.ExpirationDate.IsNull() && !state.ExpirationDate.IsNull() {
		plan.ExpirationDate = state.ExpirationDate
	}
	if !config.State.IsNull() {
		plan.State = config.State
	}
	if !config.UserID.IsNull() {
		plan.UserID = config.UserID
	}
	if plan.ExpirationDate.None() {
		plan.Expired = types.BoolValue(false)
	}
	if !changesKey(plan, state) {
		return plan
	}
	plan.LastModificationDate = isodate.Unknown()
	if !plan.ExpirationDate.None() {
		plan.Expired = types.BoolUnknown()
	}
	if !config.UserID.IsNull() {
		// The owner may be renamed in the same apply, before the key is changed.
		plan.UserName = types.StringUnknown()
	}
	return plan
}

// changesKey reports whether the API must be called to come from the state to the plan. Another spelling of the same
// date, the owner's id in the place of its name, or other timeouts are no matter of the API.
func changesKey(plan, state model) bool {
	return !plan.State.Equal(state.State) ||
		!plan.ExpirationDate.Same(state.ExpirationDate) ||
		plan.Tag.IsUnknown() || plan.Tag.ValueString() != state.Tag.ValueString()
}

// keepsOwner reports whether the configuration names the owner that the key has, as far as can be known.
//
// An owner that is not known yet counts as another one, as everywhere in Terraform: it comes from a user that is being
// made or replaced, and such a user cannot be destroyed before this key is.
func keepsOwner(config, state model, sameOwner func(id, name string) bool) bool {
	switch {
	case !config.UserName.IsNull():
		return config.UserName.Equal(state.UserName)
	case config.UserID.IsUnknown():
		return false
	case !config.UserID.IsNull():
		if !state.UserID.IsNull() {
			return config.UserID.Equal(state.UserID)
		}
		return !state.UserName.IsNull() && sameOwner(config.UserID.ValueString(), state.UserName.ValueString())
	}
	return state.UserName.IsNull() && state.UserID.IsNull()
}

// replaced marks the arguments whose change replaces the key.
func (v *verdict) replaced(state model) {
	if !v.plan.UserID.Equal(state.UserID) {
		v.replace.Append(atUserID)
	}
	if !v.plan.UserName.IsUnknown() || v.plan.UserID.IsNull() {
		v.replace.Append(atUserName)
	}
}

func (v *verdict) refusePastUnlessKept(config, state model, now time.Time) {
	if !config.ExpirationDate.Same(state.ExpirationDate) {
		v.refusePast(config.ExpirationDate, now, "")
	}
}

// destroyAllTheSame is for a configuration whose dates have passed, and whose destruction stopped half-way: both CLIs plan
// it before they destroy the rest, and nothing tells such a plan from one that is to be applied.
const destroyAllTheSame = " To destroy what is left of a configuration whose dates have passed, add `-refresh=false`."

// refusePast stops a date that is new and already past: the API would refuse it during apply. more is added to the way out.
func (v *verdict) refusePast(date isodate.Value, now time.Time, more string) {
	at, dated := date.Meaning()
	if !dated || at.After(now) {
		return
	}
	v.diags.AddAttributeError(atExpirationDate, pastDate, fmt.Sprintf(
		"`expiration_date` is %q, that is %s, and it is now %s: the key would be dead from the start.\n\n"+
			"Write a date to come, or leave the argument out for a key that does not expire.%s",
		date.ValueString(), isodate.Format(at), isodate.Format(now), more))
}

// warnPast is for a key that is to be made with a date that has passed since it was written. The rest of the workspace must still be planned,
// and destroyed; making the key anew is refused at apply, before anything is made.
func (v *verdict) warnPast(date isodate.Value, now time.Time) {
	at, dated := date.Meaning()
	if !dated || at.After(now) {
		return
	}
	v.diags.AddAttributeWarning(atExpirationDate, pastDate, fmt.Sprintf(
		"`expiration_date` is %q, that is %s, and has passed since: a new key cannot be made with it, and apply will refuse.\n\n"+
			"Write a date to come, or take the key out of the configuration.",
		date.ValueString(), isodate.Format(at)))
}

// warnExpiry tells what the user should know of an expiry that passed, or that is being taken away.
func (v *verdict) warnExpiry(state model, now time.Time) {
	at, dated := state.ExpirationDate.Meaning()
	if !dated {
		return
	}
	passed := !at.After(now)
	switch {
	case v.plan.ExpirationDate.None() && passed:
		v.diags.AddAttributeWarning(atExpirationDate, "Access key will no longer expire", fmt.Sprintf(
			"The configuration has no `expiration_date` any more, so that it is removed from %s. The key expired on %s and will work again.",
			state.text(), isodate.Format(at)))
	case v.plan.ExpirationDate.None():
		v.diags.AddAttributeWarning(atExpirationDate, "Access key will no longer expire", fmt.Sprintf(
			"The configuration has no `expiration_date` any more, so that it is removed from %s, which now expires on %s.",
			state.text(), isodate.Format(at)))
	case passed && v.plan.ExpirationDate.Same(state.ExpirationDate):
		v.diags.AddAttributeWarning(atExpirationDate, "Access key has expired", fmt.Sprintf(
			"The %s expired on %s and cannot be used, although the API keeps its state. "+
				"Write a later `expiration_date` to use it again, replace it (`-replace=ADDRESS`), or destroy it.",
			state.text(), isodate.Format(at)))
	}
}
