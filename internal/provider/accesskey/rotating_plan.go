package accesskey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

var (
	atLifetime     = path.Root("lifetime")
	atRotateBefore = path.Root("rotate_before")
)

// leastWindow is the shortest rotate_before, and what a lifetime must be longer than.
const leastWindow = time.Minute

// clockSlack is by how much an expiry may lie beyond a lifetime from now before it counts as too far: the clocks of two
// runs may differ by as much as the API tolerates in a signature (official: 5 minutes).
const clockSlack = 5 * time.Minute

// rotatingVerdict is what planning decides: the whole planned resource, what forces a replacement of both keys, and
// what to tell the user. Where a rotation is planned, the access key's id is unknown: that is what apply goes by.
type rotatingVerdict struct {
	plan    rotatingModel
	replace path.Paths
	diags   diag.Diagnostics
}

// decideRotation plans a pair of keys. Like decide, it is the one place where a value is null, unknown or kept. state is
// nil where there is no key. sameOwner is as for decide. now is when the key was looked at (see lookedAt): what is
// decided here must be decided the same again when the plan is applied.
func decideRotation(config rotatingModel, state *rotatingModel, now time.Time, sameOwner func(id, name string) bool) rotatingVerdict {
	plain := config.current()
	if refused := append(append(refuseTwoOwners(plain), refuseRecipients(config.SealTo)...), refuseDurations(config)...); refused.HasError() {
		return rotatingVerdict{plan: config, diags: refused}
	}
	if state == nil {
		v := rotatingVerdict{plan: first(config)}
		v.judgeRecipients(config, now)
		return v
	}
	if !keepsOwner(plain, state.current(), sameOwner) {
		v := rotatingVerdict{plan: first(config)}
		owner := verdict{plan: v.plan.current()}
		owner.replaced(state.current())
		v.replace = owner.replace
		v.judgeRecipients(config, now)
		return v
	}
	due := whyRotated(config, *state, now)
	if due == nil {
		v := rotatingVerdict{plan: kept(config, *state, now)}
		v.judgeRecipients(config, now)
		v.warnKept(*state)
		return v
	}
	v := rotatingVerdict{plan: renewed(config, *state)}
	if due.perhaps {
		v.plan = perhapsRenewed(config, *state, now)
	}
	v.judgeRecipients(config, now)
	if !state.SealedSecretKey.IsNull() && whyResealed(plain, state.current()) == "" {
		v.diags = warned(v.diags, notSealable, "The key is due for its rotation, and apply will refuse to make the next one.")
	}
	v.warnRotated(due, *state, now)
	return v
}

// refuseDurations looks at as much of the durations as is known.
func refuseDurations(m rotatingModel) diag.Diagnostics {
	diags := duration.Check(atLifetime, m.Lifetime, leastWindow)
	diags.Append(duration.Check(atRotateBefore, m.RotateBefore, leastWindow)...)
	diags.Append(refuseWindow(m)...)
	return diags
}

// refuseWindow stops a key that would have to be replaced when it is made.
func refuseWindow(m rotatingModel) (diags diag.Diagnostics) {
	lifetime, known := m.Lifetime.Meaning()
	before, too := m.RotateBefore.Meaning()
	if known && too && before >= lifetime {
		diags.AddAttributeError(atRotateBefore, "Window not shorter than the lifetime", fmt.Sprintf(
			"`rotate_before` is %q and `lifetime` is %q: a key would be due for replacement from the start, in every run.\n\n"+
				"Write a `rotate_before` that is shorter than `lifetime`; a quarter of it is a good choice.",
			m.RotateBefore.ValueString(), m.Lifetime.ValueString()))
	}
	return diags
}

// first is the plan of a pair of which no key exists.
func first(config rotatingModel) rotatingModel {
	plan := withNewKey(config, config)
	plan.PreviousAccessKeyID, plan.PreviousExpirationDate = types.StringNull(), isodate.Null()
	return plan
}

// renewed is the plan of a rotation in place.
func renewed(config, state rotatingModel) rotatingModel {
	plan := state
	plan.Timeouts, plan.Tag, plan.Triggers, plan.SealTo = config.Timeouts, config.Tag, config.Triggers, config.SealTo
	plan.Lifetime, plan.RotateBefore = spelled(config.Lifetime, state.Lifetime), spelled(config.RotateBefore, state.RotateBefore)
	if !config.UserID.IsNull() {
		plan.UserID = config.UserID
	}
	return withNewKey(plan, config)
}

// perhapsRenewed is the plan of a rotation that depends on triggers, or a window, which are not known yet: whatever is known in it holds
// either way. Made again when they are known, it is one or the other.
func perhapsRenewed(config, state rotatingModel, now time.Time) rotatingModel {
	stays := kept(config, state, now)
	plan := withNewKey(stays, config)
	if !stays.SealTo.IsNull() {
		plan.SealedTo = unknownTexts()
	}
	return plan
}

// withNewKey leaves open in a plan what a new key brings.
func withNewKey(plan, config rotatingModel) rotatingModel {
	plan.ID, plan.AccessKeyID, plan.State = types.StringUnknown(), types.StringUnknown(), types.StringUnknown()
	plan.SecretKey, plan.SealedSecretKey, plan.SealedTo = secretOf(config.SealTo)
	plan.CreationDate, plan.ExpirationDate, plan.RotatesAfter = isodate.Unknown(), isodate.Unknown(), isodate.Unknown()
	plan.ReadyToRotate = types.BoolUnknown()
	plan.PreviousAccessKeyID, plan.PreviousExpirationDate = types.StringUnknown(), isodate.Unknown()
	if !config.UserID.IsNull() {
		plan.UserName = types.StringUnknown()
	}
	return plan
}

// kept is the plan of a pair whose current key stays.
func kept(config, state rotatingModel, now time.Time) rotatingModel {
	plan := state
	plan.Timeouts, plan.Tag, plan.Triggers = config.Timeouts, config.Tag, config.Triggers
	plan.Lifetime, plan.RotateBefore = spelled(config.Lifetime, state.Lifetime), spelled(config.RotateBefore, state.RotateBefore)
	plan.SealTo = keptSpelling(config.current(), state.current())
	if !state.SecretKey.IsNull() && !config.SealTo.IsNull() {
		plan.SecretKey, plan.SealedSecretKey, plan.SealedTo = secretOf(config.SealTo)
	}
	if !config.UserID.IsNull() {
		plan.UserID = config.UserID
	}
	if tooLong(plan, now) {
		plan.ExpirationDate = isodate.Unknown()
	}
	if !state.PreviousAccessKeyID.IsNull() {
		switch ends, dated := state.PreviousExpirationDate.Meaning(); {
		case !dated:
			plan.PreviousExpirationDate = isodate.Unknown()
		case !ends.After(now):
			plan.PreviousAccessKeyID, plan.PreviousExpirationDate = types.StringNull(), isodate.Null()
		}
	}
	if callsFor(plan, state) && !config.UserID.IsNull() {
		plan.UserName = types.StringUnknown() // the owner may be renamed in the same apply, before
	}
	return plan.dated(now)
}

// spelled is the configuration's duration in the words of the state where both say the same.
func spelled(config, state duration.Value) duration.Value {
	if config.Same(state) {
		return state
	}
	return config
}

// tooLong reports that the current key may live longer than a lifetime from now: it has no expiry, as after an import,
// or a later one, because the lifetime was lowered or the expiry was moved by hand. An earlier one is left alone: the key
// rotates earlier.
func tooLong(m rotatingModel, now time.Time) bool {
	expires, dated := m.ExpirationDate.Meaning()
	lifetime, known := m.Lifetime.Meaning()
	return !dated || !known || expires.After(now.Add(lifetime).Add(clockSlack))
}

// callsFor reports whether the API must be called for the current key to come from the state to the plan.
func callsFor(plan, state rotatingModel) bool {
	return plan.ExpirationDate.IsUnknown() || plan.Tag.IsUnknown() || plan.Tag.ValueString() != state.Tag.ValueString()
}

// due is what is to be said of a rotation, beside that it is due.
type due struct {
	gone, off bool
	expired   time.Time // zero = not
	asked     string    // what is said to the user of a change that the configuration asks for; may be empty
	perhaps   bool      // it depends on what is not known yet
}

// whyRotated says why the current key is to be replaced; nil where it stays. A key that was just taken over, and whose
// lifetime is therefore in no state yet, does not rotate for its triggers: they are new, not changed.
func whyRotated(config, state rotatingModel, now time.Time) *due {
	ends, dated := state.ExpirationDate.Meaning()
	windowed := state
	windowed.RotateBefore = config.RotateBefore
	at, open := windowed.window()
	switch why := whyResealed(config.current(), state.current()); {
	case state.State.IsNull():
		return &due{gone: true}
	case state.lost():
		return &due{off: true}
	case dated && !ends.After(now):
		return &due{expired: ends}
	case open && !at.After(now):
		return &due{}
	case why != "":
		return &due{asked: why}
	case !state.Lifetime.IsNull() && otherTriggers(config.Triggers, state.Triggers):
		return &due{perhaps: !allKnown(config.Triggers)}
	case dated && config.RotateBefore.IsUnknown():
		return &due{perhaps: true}
	}
	return nil
}

// otherTriggers compares what two maps hold; none and an empty one are the same. What is not known counts as other.
func otherTriggers(config, state types.Map) bool {
	return !allKnown(config) || (len(config.Elements()) > 0 || len(state.Elements()) > 0) && !config.Equal(state)
}

// allKnown reports whether a map and each of its items are known.
func allKnown(m types.Map) bool {
	for _, item := range m.Elements() {
		if item.IsUnknown() {
			return false
		}
	}
	return !m.IsUnknown()
}

// judgeRecipients refuses public keys that nothing can be sealed to any more, if something is going to be sealed.
func (v *rotatingVerdict) judgeRecipients(config rotatingModel, now time.Time) {
	plain := verdict{plan: v.plan.current()}
	plain.judgeRecipients(config.current(), now)
	v.diags.Append(plain.diags...)
}

// warnRotated tells of what a user would not expect of a rotation.
func (v *rotatingVerdict) warnRotated(why *due, state rotatingModel, now time.Time) {
	const next = "The apply makes a new key in its place."
	text := state.current().text()
	switch {
	case why.gone:
		v.diags.AddWarning(isGone, "The "+text+" is no longer at the API, and its owner is: somebody deleted it. "+next)
	case why.off:
		v.diags.AddWarning("Access key is switched off", "The "+text+" is INACTIVE: somebody switched it off. "+next+" The old one stays switched off until it is removed after its expiry.")
	case !why.expired.IsZero():
		v.diags.AddWarning("Access key has expired", fmt.Sprintf("The %s expired on %s, before a run came to replace it: since then nothing can be signed with it. %s "+
			"A longer `rotate_before`, or more frequent runs, would have kept its readers served.", text, isodate.Format(why.expired), next))
	case why.asked != "":
		v.diags.AddAttributeWarning(atSealTo, "Access key rotated for its recipients", why.asked)
	}
	ends, dated := state.PreviousExpirationDate.Meaning()
	if !why.gone && !state.PreviousAccessKeyID.IsNull() && (!dated || ends.After(now)) {
		v.diags.AddWarning("Previous access key revoked before its expiry", fmt.Sprintf(
			"Access key %s, the one before %s, is still valid, and of one resource never more than two keys are: it is revoked when the apply makes the next one. "+
				"Who still uses it must have moved to %s by then.", state.PreviousAccessKeyID.ValueString(), state.AccessKeyID.ValueString(), state.AccessKeyID.ValueString()))
	}
}

// warnKept tells of what happens to a key that stays.
func (v *rotatingVerdict) warnKept(state rotatingModel) {
	plan, text := v.plan, state.current().text()
	if plan.ExpirationDate.IsUnknown() && !plan.Lifetime.IsUnknown() {
		now := "does not expire"
		if at, dated := state.ExpirationDate.Meaning(); dated {
			now = "expires on " + isodate.Format(at)
		}
		v.diags.AddAttributeWarning(atLifetime, "Access key gets an earlier expiry", fmt.Sprintf(
			"The %s %s. With a `lifetime` of %q it ends that long after the apply, in place: its secret stays the same.", text, now, plan.Lifetime.ValueString()))
	}
	switch {
	case plan.SealTo.IsNull() || !state.SealedSecretKey.IsNull():
	case !state.SecretKey.IsNull():
		plain := verdict{plan: plan.current()}
		plain.warnSealing(state.current())
		v.diags.Append(plain.diags...)
	case state.SealTo.IsNull():
		v.diags.AddAttributeWarning(atSealTo, "No secret to seal yet", "The state has no secret of "+text+", as after an import, and the API does not show it again: "+
			"`sealed_secret_key` stays empty until the key rotates.\n\nChange `triggers` in a later apply to rotate earlier.")
	}
}
