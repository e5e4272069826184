package rotatingkey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

var (
	atLifetime     = path.Root("lifetime")
	atRotateBefore = path.Root("rotate_before")
)

const (
	// leastWindow is the shortest rotate_before. A lifetime must be longer.
	leastWindow = time.Minute
	// clockSlack is how much later than a lifetime from now a key may expire, because the clocks of two runs may differ by what
	// the API tolerates in a signature (official: 5 minutes).
	clockSlack = 5 * time.Minute
)

// facts is what a plan depends on besides configuration and state.
type facts struct {
	keyattr.Facts      // Now is the time at which the key was last read: see readAtKey
	adopted       bool // the key was imported or moved here, and nothing was applied since
	previousOff   bool // the previous key was INACTIVE when it was read last
}

// decision is a planned pair of keys, the attributes that replace both, and the errors and warnings. In the plan of a rotation
// the id of the access key is unknown: from this, Update knows that it must rotate.
type decision struct {
	plan    model
	replace path.Paths
	diags   diag.Diagnostics
}

// decide plans a pair of keys. It is a pure function. It alone decides which values are null, unknown or kept. state is nil for
// a new pair. With ignore_changes the CLI copies values of the state to the configuration of the plan. So no rule may refuse a
// value that the state has, and a duration can be null.
func decide(config model, state *model, f facts) decision {
	config.Key = config.WithReplacedOwner(f.Facts)
	d := decision{plan: config, diags: keyattr.Refuse(config.Key, state.key(), f.Facts)}
	d.diags.Append(refuseDurations(config)...)
	switch {
	case d.diags.HasError():
	case state == nil:
		d.plan = planFirst(config, f.Recipients)
		d.diags.Append(keyattr.WarnGivenSecret(config.Key, nil, true)...)
		d.refuseUnusable(f)
		if f.WasSealed {
			d.diags = keyattr.Soften(d.diags, d.plan.ForNewKey(keyattr.NotSealable), keyattr.KeyIsGone)
		}
	case !keyattr.KeepsOwner(config.Key, state.Key, f.Facts):
		d.plan = planFirst(config, f.Recipients)
		d.replace = keyattr.ReplacedOwner(d.plan.Key, state.Key)
		d.diags.Append(keyattr.WarnUnknownOwner(config.Key, state.Key, f.Facts, "both keys are revoked and a new one is created")...)
		d.diags.Append(keyattr.WarnGivenSecret(config.Key, &state.Key, true)...)
		d.refuseUnusable(f)
	default:
		d.keepOrRotate(config, *state, f)
	}
	return d
}

// keepOrRotate plans a pair of keys that stays with its owner.
func (d *decision) keepOrRotate(config, state model, f facts) {
	due := whyRotated(config, state, f)
	d.diags.Append(keyattr.WarnGivenSecret(config.Key, &state.Key, due != nil)...)
	switch {
	case due == nil:
		d.plan = planKept(config, state, f)
		d.warnKept(state, f)
	case config.Lifetime.IsNull() || config.RotateBefore.IsNull():
		d.diags.AddError("Access key cannot be rotated", "The "+state.Describe()+" is due for its rotation, and the state has no `lifetime` and `rotate_before`: it was imported or moved here, "+
			"and `ignore_changes` keeps both from being applied.\n\nRemove both from `ignore_changes`.")
		return
	case due.maybe:
		d.plan = planMaybeRotation(config, state, f)
	default:
		d.plan = planRotation(config, state, f.Recipients)
	}
	d.refuseUnusable(f)
	if due != nil {
		if !state.SealedSecretKey.IsNull() && keyattr.WhyResealed(f.Recipients, config.Key, state.Key) == "" {
			d.diags = keyattr.Soften(d.diags, keyattr.NotSealable+": "+state.ID.ValueString(),
				"The key is due for its rotation, and the apply will not create the next one.")
		}
		d.warnRotated(due, state, f)
	}
}

func (d *decision) refuseUnusable(f facts) {
	d.diags.Append(keyattr.RefuseUnusable(d.plan.Key, f.Recipients, f.Now)...)
}

// refuseDurations checks the durations, as far as they are known.
func refuseDurations(m model) diag.Diagnostics {
	diags := duration.Check(atLifetime, m.Lifetime, leastWindow)
	diags.Append(duration.Check(atRotateBefore, m.RotateBefore, leastWindow)...)
	diags.Append(refuseWindow(m)...)
	return diags
}

// refuseWindow refuses a window that begins with the creation of the key, or before.
func refuseWindow(m model) (diags diag.Diagnostics) {
	lifetime, known := m.Lifetime.Meaning()
	before, too := m.RotateBefore.Meaning()
	if known && too && before >= lifetime {
		diags.AddAttributeError(atRotateBefore, "rotate_before not shorter than lifetime", fmt.Sprintf(
			"`rotate_before` is %q and `lifetime` is %q: a key would be due for replacement as soon as it is created, in every run.\n\n"+
				"Set a `rotate_before` that is shorter than `lifetime`; a quarter of it is a good choice.",
			m.RotateBefore.ValueString(), m.Lifetime.ValueString()))
	}
	return diags
}

// planFirst returns the plan of a new pair.
func planFirst(config model, to keyattr.Recipients) model {
	plan := config
	plan.Key = plan.WithNone()
	plan = withNewKey(plan, to)
	plan.PreviousAccessKeyID, plan.PreviousExpirationDate = types.StringNull(), isodate.Null()
	return plan
}

// planRotation returns the plan of a rotation.
func planRotation(config, state model, to keyattr.Recipients) model {
	plan := withArguments(state, config, state)
	plan.SealTo = config.SealTo
	return withNewKey(plan, to)
}

// planMaybeRotation returns the plan of a rotation that depends on unknown triggers or an unknown window. Its known values are
// right with and without a rotation. During the apply the CLI plans again with the known triggers or window.
func planMaybeRotation(config, state model, f facts) model {
	stays := planKept(config, state, f)
	plan := withNewKey(stays, f.Recipients)
	plan.SealTo = stays.SealTo
	if !stays.SealTo.IsNull() {
		plan.SealedTo = types.ListUnknown(types.StringType)
	}
	return plan
}

// withArguments sets the arguments that do not depend on whether the key stays. An equal duration keeps the text of the state.
func withArguments(plan, config, state model) model {
	plan.Timeouts, plan.Triggers, plan.SecretVersion = config.Timeouts, config.Triggers, config.SecretVersion
	plan.Tag = keyattr.KeepNone(config.Tag, state.Tag)
	plan.Lifetime, plan.RotateBefore = config.Lifetime, config.RotateBefore
	if config.Lifetime.Same(state.Lifetime) {
		plan.Lifetime = state.Lifetime
	}
	if config.RotateBefore.Same(state.RotateBefore) {
		plan.RotateBefore = state.RotateBefore
	}
	plan.Key = plan.WithOwner(config.Key)
	return plan
}

// withNewKey makes the values of a plan unknown that a new key changes. The name of the owner stays known: see planChange in
// accesskey.
func withNewKey(plan model, to keyattr.Recipients) model {
	plan.Key = plan.PlanNew(to)
	plan.State, plan.PreviousAccessKeyID, plan.ReadyToRotate = types.StringUnknown(), types.StringUnknown(), types.BoolUnknown()
	plan.ExpirationDate, plan.RotatesAfter, plan.PreviousExpirationDate = isodate.Unknown(), isodate.Unknown(), isodate.Unknown()
	return plan
}

// planKept returns the plan of a pair whose current key stays.
func planKept(config, state model, f facts) model {
	plan := withArguments(state, config, state)
	plan.Key = plan.PlanKeptSecret(f.Recipients, config.Key, state.Key)
	if exceedsLifetime(plan.ExpirationDate, plan.Lifetime, f.Now) {
		plan.ExpirationDate = isodate.Unknown()
	}
	switch {
	case state.PreviousAccessKeyID.IsNull():
	case hasPassed(state.PreviousExpirationDate, f.Now):
		plan.PreviousAccessKeyID, plan.PreviousExpirationDate = types.StringNull(), isodate.Null()
	case exceedsLifetime(state.PreviousExpirationDate, plan.Lifetime, f.Now):
		plan.PreviousExpirationDate = isodate.Unknown()
	}
	return plan.withWindow(f.Now)
}

// exceedsLifetime reports whether a key of the pair with this expiry may be valid for longer than a lifetime from now: it has
// no expiry, as after an import, or a later one, because the lifetime was reduced or somebody moved the expiry. An earlier
// expiry stays. Without a lifetime, as after an import with ignore_changes, the result is false.
func exceedsLifetime(expiry isodate.Value, lifetime duration.Value, now time.Time) bool {
	expires, dated := expiry.Meaning()
	length, known := lifetime.Meaning()
	return !lifetime.IsNull() && (!dated || !known || expires.After(now.Add(length).Add(clockSlack)))
}

// hasPassed reports whether there is an expiry and it is not after now.
func hasPassed(expiry isodate.Value, now time.Time) bool {
	expires, dated := expiry.Meaning()
	return dated && !expires.After(now)
}

// changesKey reports whether the plan needs an update of the current key.
func changesKey(plan, state model) bool {
	return plan.ExpirationDate.IsUnknown() || plan.Tag.IsUnknown() || plan.Tag.ValueString() != state.Tag.ValueString()
}

// due is why a rotation is planned. The zero value means that the window has begun or that the triggers changed.
type due struct {
	gone, off bool      // the key is gone; it is INACTIVE
	expired   time.Time // when the key expired; zero = it has not
	resealed  string    // the text about other recipients; "" = they are the same
	maybe     bool      // unknown values decide whether the key rotates
}

// whyRotated says why the current key is rotated, nil if it stays. An adopted key does not rotate for its triggers, because
// they are new and not changed.
func whyRotated(config, state model, f facts) *due {
	expires, dated := state.ExpirationDate.Meaning()
	windowed := state
	windowed.RotateBefore = config.RotateBefore
	at, open := windowed.window()
	switch resealed := keyattr.WhyResealed(f.Recipients, config.Key, state.Key); {
	case state.State.IsNull():
		return &due{gone: true}
	case state.unusable():
		return &due{off: true}
	case dated && !expires.After(f.Now):
		return &due{expired: expires}
	case open && !at.After(f.Now):
		return &due{}
	case resealed != "":
		return &due{resealed: resealed}
	case !f.adopted && otherTriggers(config.Triggers, state.Triggers):
		return &due{maybe: !allKnown(config.Triggers)}
	case dated && config.RotateBefore.IsUnknown():
		return &due{maybe: true}
	}
	return nil
}

// otherTriggers reports whether the triggers differ. A null map equals an empty one; an unknown value differs from any other.
func otherTriggers(config, state types.Map) bool {
	return !allKnown(config) || (len(config.Elements()) > 0 || len(state.Elements()) > 0) && !config.Equal(state)
}

// allKnown reports whether a map and all its items are known.
func allKnown(m types.Map) bool {
	for _, item := range m.Elements() {
		if item.IsUnknown() {
			return false
		}
	}
	return !m.IsUnknown()
}

// warnRotated warns of an unexpected reason for a rotation, and says which keys the rotation ends: see rotation.Service.Rotate.
func (d *decision) warnRotated(why *due, state model, f facts) {
	previous := state.PreviousAccessKeyID.ValueString()
	previousWorks := previous != "" && !f.previousOff && !hasPassed(state.PreviousExpirationDate, f.Now)
	works := !why.gone && !why.off && why.expired.IsZero()
	next := "The apply creates a new key."
	switch {
	case previousWorks && !works:
		if !why.gone {
			next = fmt.Sprintf("The apply deletes %s and then creates a new key.", state.ID.ValueString())
		}
		next += " " + previousText(state) + " and stays the previous key. If nobody may use it any more, deactivate it too."
	case why.off:
		next += " The old key stays INACTIVE, and a later run deletes it after its expiry."
	}
	id, text := ": "+state.ID.ValueString(), state.Describe()
	switch {
	case why.gone:
		d.diags.AddWarning(keyattr.IsGone+id, "The "+text+" no longer exists at the API, but its owner does: it was deleted. "+next)
	case why.off:
		d.diags.AddWarning("Access key was deactivated"+id, "The "+text+" is INACTIVE: somebody deactivated it. "+next)
	case !why.expired.IsZero():
		d.diags.AddWarning("Access key has expired"+id, fmt.Sprintf("The %s expired on %s, before a run replaced it, and cannot be used since. %s "+
			"A longer `rotate_before`, or more frequent runs, would have replaced it in time.", text, isodate.Format(why.expired), next))
	case why.resealed != "":
		d.diags.AddAttributeWarning(keyattr.AtSealTo, "Access key rotated for its recipients"+id, why.resealed)
	}
	if previousWorks && works {
		d.diags.AddWarning("Previous access key revoked before its expiry: "+previous, fmt.Sprintf(
			"%s. One resource never has more than two live keys, so the apply revokes %s before it creates the next key. "+
				"The consumers of %s must use %s by then.", previousText(state), previous, previous, state.ID.ValueString()))
	}
	if works {
		d.warnExpiry(state.ID.ValueString(), "The "+text, state.ExpirationDate, f.Now)
	} else if previousWorks {
		d.warnExpiry(previous, "Access key "+previous, state.PreviousExpirationDate, f.Now)
	}
}

// previousText says which key is the previous one, and when it expires.
func previousText(state model) string {
	return fmt.Sprintf("Access key %s, the one before %s, %s", state.PreviousAccessKeyID.ValueString(), state.ID.ValueString(), expiryText(state.PreviousExpirationDate))
}

func expiryText(expiry isodate.Value) string {
	if at, dated := expiry.Meaning(); dated {
		return "expires on " + isodate.Format(at)
	}
	return "does not expire"
}

// warnKept warns of changes of a pair that stays.
func (d *decision) warnKept(state model, f facts) {
	if d.plan.ExpirationDate.IsUnknown() {
		d.warnExpiry(state.ID.ValueString(), "The "+state.Describe(), state.ExpirationDate, f.Now)
	}
	if previous := state.PreviousAccessKeyID.ValueString(); d.plan.PreviousExpirationDate.IsUnknown() {
		d.warnExpiry(previous, "Access key "+previous, state.PreviousExpirationDate, f.Now)
	}
	d.diags.Append(keyattr.WarnSealing(d.plan.Key, state.Key, "No secret to seal yet",
		"So `sealed_secret_key` stays empty until the key rotates.\n\nChange `triggers` in a later apply to rotate earlier.")...)
}

// warnExpiry warns that the apply gives a key an earlier expiry, if its expiry exceeds the planned lifetime. text names the key.
func (d *decision) warnExpiry(id, text string, expiry isodate.Value, now time.Time) {
	if d.plan.Lifetime.IsUnknown() || !exceedsLifetime(expiry, d.plan.Lifetime, now) {
		return
	}
	summary := "Access key gets an earlier expiry: "
	if _, dated := expiry.Meaning(); !dated {
		summary = "Access key gets an expiry: "
	}
	d.diags.AddAttributeWarning(atLifetime, summary+id, fmt.Sprintf(
		"%s %s. The `lifetime` is %q, so the apply sets the expiry to %s from then. The secret stays the same.", text, expiryText(expiry), d.plan.Lifetime.ValueString(), d.plan.Lifetime.ValueString()))
}
