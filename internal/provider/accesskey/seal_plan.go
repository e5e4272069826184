package accesskey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// secretOf is what is known, before a secret is sealed or made, of secret_key, sealed_secret_key and sealed_to. Once it
// is certain that the secret will be sealed, secret_key is null.
func secretOf(sealTo types.List) (secret, sealed types.String, to types.List) {
	switch {
	case sealTo.IsNull():
		return types.StringUnknown(), types.StringNull(), noTexts()
	case sealTo.IsUnknown(): // it may turn out to be left out
		return types.StringUnknown(), types.StringUnknown(), unknownTexts()
	case !known(sealTo):
		return types.StringNull(), types.StringUnknown(), unknownTexts()
	}
	r, diags := recipients(sealTo, nil)
	if diags.HasError() {
		return types.StringNull(), types.StringUnknown(), unknownTexts()
	}
	return types.StringNull(), types.StringUnknown(), textList(r.Fingerprints())
}

// judgeRecipients refuses public keys that nothing can be sealed to any more, if something is going to be sealed.
func (v *verdict) judgeRecipients(config model, now time.Time) {
	if v.plan.SealedSecretKey.IsUnknown() && known(config.SealTo) {
		_, diags := recipients(config.SealTo, func() time.Time { return now })
		v.diags.Append(diags...)
	}
}

// whyResealed says why the sealed secret of a state does not serve the configuration; empty where it does, or where
// nothing is sealed. Nobody but a recipient can read it to seal it again, so that the key must be replaced.
//
// Recipients that are not known yet count as other ones, as everywhere in Terraform: once they are known it is too late
// to replace.
func whyResealed(config, state model) string {
	if state.SealedSecretKey.IsNull() {
		return ""
	}
	begin := "The secret of " + state.text() + " is sealed, and only its recipients can read it. "
	const end = " A secret that the provider cannot read cannot be sealed anew: the key is replaced by one with another secret."
	switch {
	case config.SealTo.IsNull():
		return begin + "The configuration has no `seal_to` any more." + end
	case !known(config.SealTo):
		return begin + "The recipients in `seal_to` are not known before the apply and may be other ones." + end
	}
	before, after := texts(state.SealedTo), fingerprints(config.SealTo)
	if sameRecipients(before, after) {
		return ""
	}
	return begin + fmt.Sprintf("The recipients change (new: %s; gone: %s).", without(after, before), without(before, after)) + end
}

// fingerprints names the keys of a list that was not refused.
func fingerprints(list types.List) []string {
	r, _ := recipients(list, nil)
	return r.Fingerprints()
}

// resealed replaces the key for the reason given, and tells it.
func (v *verdict) resealed(why string) {
	if why == "" {
		return
	}
	v.replace.Append(atSealTo)
	v.diags.AddAttributeWarning(atSealTo, "Access key replaced for its recipients", why)
}

// keptSpelling is the planned `seal_to` of a key that stays: the state's text where it names the same keys.
func keptSpelling(config, state model) types.List {
	if !state.SealedSecretKey.IsNull() && !state.SealTo.IsNull() && !config.SealTo.IsNull() {
		return state.SealTo // what they name was found to be the same
	}
	return config.SealTo
}

// warnSealing tells where else the secret still is, or that there is none to seal.
func (v *verdict) warnSealing(state model) {
	switch {
	case v.plan.SealTo.IsNull() || !state.SealedSecretKey.IsNull():
	case !state.SecretKey.IsNull():
		v.diags.AddAttributeWarning(atSealTo, "Older states hold the secret in clear", "The secret of "+state.text()+" is sealed in place, and the clear one leaves the state. "+
			"Every older version and backup of the state, and every plan file saved before, still holds it in clear.\n\n"+
			"Replace the key (`-replace=ADDRESS`) unless you know that nobody else can read those.")
	case state.SealTo.IsNull():
		v.diags.AddAttributeWarning(atSealTo, "No secret to seal", "The state has no secret of "+state.text()+", as after an import, and the API does not show it again: "+
			"`sealed_secret_key` stays empty. `seal_to` is noted in the state, without a call.\n\nReplace the key (`-replace=ADDRESS`) to have a sealed secret.")
	}
}

// noMore is what comes of a recipient that expired after a key was sealed to it, when that key is gone.
const noMore = "The key that was sealed to it is gone, and apply will refuse to make another."

// warned makes warnings of the errors with this summary, and adds what will come of it. It is for a key that was sealed
// before: that a recipient expired since must not stop the plan or the destruction of all else. Apply refuses to make
// the next one.
func warned(diags diag.Diagnostics, summary, outcome string) (softer diag.Diagnostics) {
	for _, d := range diags {
		if d.Severity() == diag.SeverityError && d.Summary() == summary {
			softer.AddWarning(d.Summary(), d.Detail()+"\n\n"+outcome)
			continue
		}
		softer.Append(d)
	}
	return softer
}
