package accesskey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// decision is a planned key, the attributes that replace it, and the errors and warnings.
type decision struct {
	plan    Model
	replace path.Paths
	diags   diag.Diagnostics
}

// decide plans a key. It is a pure function. It alone decides which values are null, unknown or kept, so the schema has no
// plan modifiers. state is nil for a new key.
//
// With ignore_changes the CLI copies values of the state, even computed ones, to the configuration of the plan. So no rule may
// refuse a value that the state has.
func decide(config Model, state *Model, f keyattr.Facts) decision {
	config.Key = config.WithReplacedOwner(f)
	d := decision{plan: config, diags: keyattr.Refuse(config.Key, state.key(), f)}
	switch {
	case d.diags.HasError():
	case state == nil:
		d.create(config, f)
	default:
		d.changeOrReplace(config, *state, f)
	}
	return d
}

// create plans a key that does not exist.
func (d *decision) create(config Model, f keyattr.Facts) {
	d.plan = planNew(config, f.Recipients)
	d.diags.Append(keyattr.WarnGivenSecret(config.Key, nil, true)...)
	if f.HadExpiry {
		d.warnPast(config.ExpirationDate, f.Now)
	} else {
		d.refusePast(config.ExpirationDate, f.Now)
	}
	d.diags.Append(keyattr.RefuseUnusable(d.plan.Key, f.Recipients, f.Now)...)
	if f.WasSealed {
		d.diags = keyattr.Soften(d.diags, d.plan.ForNewKey(keyattr.NotSealable), keyattr.KeyIsGone)
	}
}

// changeOrReplace plans a key that exists.
func (d *decision) changeOrReplace(config, state Model, f keyattr.Facts) {
	keeps, resealed := keyattr.KeepsOwner(config.Key, state.Key, f), keyattr.WhyResealed(f.Recipients, config.Key, state.Key)
	d.plan = planChange(config, state, f.Recipients)
	if !keeps || resealed != "" {
		d.plan = planNew(config, f.Recipients)
	}
	if !keeps {
		d.replace.Append(keyattr.ReplacedOwner(d.plan.Key, state.Key)...)
		d.diags.Append(keyattr.WarnUnknownOwner(config.Key, state.Key, f, "the key is revoked and replaced by one with another secret")...)
	}
	if resealed != "" {
		d.replace.Append(keyattr.AtSealTo)
		d.diags.AddAttributeWarning(keyattr.AtSealTo, "Access key replaced for its recipients: "+state.ID.ValueString(), resealed)
	}
	if !config.ExpirationDate.Same(state.ExpirationDate) {
		d.refusePast(config.ExpirationDate, f.Now)
	}
	d.diags.Append(keyattr.WarnGivenSecret(config.Key, &state.Key, len(d.replace) > 0)...)
	d.diags.Append(keyattr.RefuseUnusable(d.plan.Key, f.Recipients, f.Now)...)
	if len(d.replace) == 0 {
		d.diags.Append(keyattr.RefuseUncheckable(config.Key, state.Key, f.Now)...)
		d.checkExpiry(state, f.Now)
		d.diags.Append(keyattr.WarnSealing(d.plan.Key, state.Key, "No secret to seal",
			"So `sealed_secret_key` stays empty. The apply only stores `seal_to` in the state and makes no call.\n\n"+
				"Replace the key (`-replace=ADDRESS`) to have a sealed secret.")...)
	}
}

// planNew returns the plan of a new key.
func planNew(config Model, to keyattr.Recipients) Model {
	plan := config
	plan.Key = plan.WithNone().PlanNew(to)
	plan.LastModificationDate = isodate.Unknown()
	if plan.State.IsNull() {
		plan.State = types.StringUnknown()
	}
	plan.Expired = types.BoolUnknown()
	if plan.ExpirationDate.None() {
		plan.Expired = types.BoolValue(false)
	}
	return plan
}

// planChange returns the plan of a key that stays with its owner. Computed values are those of the state. If the apply calls
// the API, the values that the call can change are unknown. The name of an owner that is named by its id stays known:
// otherwise a resource that uses the name would be replaced. If the same apply renames the owner, the next refresh sets the
// new name.
func planChange(config, state Model, to keyattr.Recipients) Model {
	plan := state
	plan.Key = plan.PlanKeptSecret(to, config.Key, state.Key).WithOwner(config.Key)
	plan.Timeouts, plan.Tag = config.Timeouts, keyattr.KeepNone(config.Tag, state.Tag)
	plan.ExpirationDate.StringValue = keyattr.KeepNone(config.ExpirationDate.StringValue, state.ExpirationDate.StringValue)
	// GOTCHA: the CLI accepts the text of the state instead of the configured one only if both are set.
	if config.ExpirationDate.Same(state.ExpirationDate) && !config.ExpirationDate.IsNull() && !state.ExpirationDate.IsNull() {
		plan.ExpirationDate = state.ExpirationDate
	}
	if !config.State.IsNull() {
		plan.State = config.State
	}
	switch {
	case plan.ExpirationDate.None():
		plan.Expired = types.BoolValue(false)
	case !plan.ExpirationDate.Same(state.ExpirationDate):
		plan.Expired = types.BoolUnknown()
	}
	if changesKey(plan, state) {
		plan.LastModificationDate = isodate.Unknown()
	}
	return plan
}

// changesKey reports whether the plan needs a call of the API. Another text of the same date, the id of the owner instead of
// its name, and other timeouts need none.
func changesKey(plan, state Model) bool {
	return !plan.State.Equal(state.State) ||
		!plan.ExpirationDate.Same(state.ExpirationDate) ||
		plan.Tag.IsUnknown() || plan.Tag.ValueString() != state.Tag.ValueString()
}

// pastDate is the summary of errors and warnings about a date in the past.
const pastDate = "Expiration date in the past"

// refusePast refuses a new date that is in the past, which the API would refuse during the apply.
func (d *decision) refusePast(date isodate.Value, now time.Time) {
	at, dated := date.Meaning()
	if !dated || at.After(now) {
		return
	}
	d.diags.AddAttributeError(keyattr.AtExpirationDate, pastDate, fmt.Sprintf(
		"`expiration_date` is %q, that is %s, and it is now %s: the expiration date is in the past.\n\n"+
			"Set a later date, or leave the argument out for a key that does not expire.%s",
		date.ValueString(), isodate.Format(at), isodate.Format(now), keyattr.DestroyHint))
}

// warnPast warns of a new key whose date has passed since it was configured. It is not an error, so that the rest of the
// workspace can still be planned and destroyed. The apply plans again in another process, which refuses the date.
func (d *decision) warnPast(date isodate.Value, now time.Time) {
	at, dated := date.Meaning()
	if !dated || at.After(now) {
		return
	}
	d.diags.AddAttributeWarning(keyattr.AtExpirationDate, d.plan.ForNewKey(pastDate), fmt.Sprintf(
		"`expiration_date` is %q, that is %s, which has passed. The API does not create a key with a past date, so the apply would fail.\n\n"+
			"Set a later date, or remove the key from the configuration.",
		date.ValueString(), isodate.Format(at)))
}

// checkExpiry warns of an expiry that has passed, or that the plan removes. It refuses a change of an expired key that keeps its
// expiry, unless the tag is unknown and may be the same.
func (d *decision) checkExpiry(state Model, now time.Time) {
	at, dated := state.ExpirationDate.Meaning()
	if !dated {
		return
	}
	passed := !at.After(now)
	warn := func(summary, detail string) {
		d.diags.AddAttributeWarning(keyattr.AtExpirationDate, summary+": "+state.ID.ValueString(), detail)
	}
	const noLonger = "Access key will no longer expire"
	switch {
	case d.plan.ExpirationDate.None() && passed:
		warn(noLonger, fmt.Sprintf("The configuration has no `expiration_date`, so the apply removes it from %s. The key expired on %s and will work again.",
			state.Describe(), isodate.Format(at)))
	case d.plan.ExpirationDate.None():
		warn(noLonger, fmt.Sprintf("The configuration has no `expiration_date`, so the apply removes it from %s, which now expires on %s.",
			state.Describe(), isodate.Format(at)))
	case !passed || !d.plan.ExpirationDate.Same(state.ExpirationDate):
	case changesKey(d.plan, state) && (!d.plan.Tag.IsUnknown() || !d.plan.State.Equal(state.State)):
		d.diags.AddAttributeError(keyattr.AtExpirationDate, "Expired access key not changed: "+state.ID.ValueString(), fmt.Sprintf(
			"The %s expired on %s, and the API changes `tag` and `state` of an expired key only together with a later expiry.\n\n"+
				"Set a later `expiration_date`, replace the key (`-replace=ADDRESS`), or undo the change of `tag` or `state`.%s",
			state.Describe(), isodate.Format(at), keyattr.DestroyHint))
	default:
		warn("Access key has expired", fmt.Sprintf("The %s expired on %s and cannot be used, although the API keeps its state. "+
			"Set a later `expiration_date` to use it again, replace it (`-replace=ADDRESS`), or destroy it.",
			state.Describe(), isodate.Format(at)))
	}
}
