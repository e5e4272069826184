package rotatingkey

import (
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// warnRotated warns of what a user would not expect of a rotation.
func (d *decision) warnRotated(why *due, state model, now time.Time) {
	const next = "The apply creates a new key in its place."
	id, text := ": "+state.ID.ValueString(), state.Describe()
	switch {
	case why.gone:
		d.diags.AddWarning(keyattr.IsGone+id, "The "+text+" is no longer at the API, and its owner is: somebody deleted it. "+next)
	case why.off:
		d.diags.AddWarning("Access key was deactivated"+id, "The "+text+" is INACTIVE: somebody deactivated it. "+next+" The old one stays INACTIVE until it is removed after its expiry.")
	case !why.expired.IsZero():
		d.diags.AddWarning("Access key has expired"+id, fmt.Sprintf("The %s expired on %s, before a run replaced it: since then nothing can be signed with it. %s "+
			"A longer `rotate_before`, or more frequent runs, would have replaced it in time.", text, isodate.Format(why.expired), next))
	case why.asked != "":
		d.diags.AddAttributeWarning(keyattr.AtSealTo, "Access key rotated for its recipients"+id, why.asked)
	}
	expires, dated := state.PreviousExpirationDate.Meaning()
	if !why.gone && !state.PreviousAccessKeyID.IsNull() && (!dated || expires.After(now)) {
		d.diags.AddWarning("Previous access key revoked before its expiry: "+state.PreviousAccessKeyID.ValueString(), fmt.Sprintf(
			"Access key %s, the one before %s, is still valid, and one resource never has more than two live keys: it is revoked when the apply creates the next one. "+
				"Its consumers must have switched to %s by then.", state.PreviousAccessKeyID.ValueString(), state.AccessKeyID.ValueString(), state.AccessKeyID.ValueString()))
	}
}

// warnKept warns of what happens to a key that stays.
func (d *decision) warnKept(state model) {
	if d.plan.ExpirationDate.IsUnknown() && !d.plan.Lifetime.IsUnknown() {
		today := "does not expire"
		if at, dated := state.ExpirationDate.Meaning(); dated {
			today = "expires on " + isodate.Format(at)
		}
		d.diags.AddAttributeWarning(atLifetime, "Access key gets an earlier expiry: "+state.ID.ValueString(), fmt.Sprintf(
			"The %s %s. With a `lifetime` of %q it expires that long after the apply, in place: its secret stays the same.", state.Describe(), today, d.plan.Lifetime.ValueString()))
	}
	d.diags.Append(keyattr.WarnSealing(d.plan.Key, state.Key, func(begin string) (summary, detail string) {
		return "No secret to seal yet", begin + "`sealed_secret_key` stays empty until the key rotates.\n\nChange `triggers` in a later apply to rotate earlier."
	})...)
}
