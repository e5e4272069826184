package keyattr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// PlanSecret returns the key with what is known, before a secret is created or sealed, of secret_key, sealed_secret_key
// and sealed_to. Once it is certain that the secret will be sealed, secret_key is null.
func (k Key) PlanSecret(to Recipients) Key {
	k.SecretKeyWO = types.StringNull()
	switch {
	case to.List.IsNull():
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringUnknown(), types.StringNull(), noTexts()
	case to.List.IsUnknown(): // it may turn out to be left out
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringUnknown(), types.StringUnknown(), unknownTexts()
	default:
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringNull(), types.StringUnknown(), unknownTexts()
		if to.Known && !to.Refused.HasError() {
			k.SealedTo = textList(to.Fingerprints())
		}
	}
	return k
}

// PlanKeptSecret returns the plan of a key that stays: its secret stays as it is, is sealed in place, or is taken from the
// configuration. `seal_to` keeps the text of the state where it names the same keys.
func (k Key) PlanKeptSecret(to Recipients, config, state Key) Key {
	k.SecretKeyWO, k.SecretVersion = types.StringNull(), config.SecretVersion
	if takesSecret(config, state) {
		k.SealTo = to.List
		return k.PlanSecret(to)
	}
	k.SecretKey, k.SealedSecretKey, k.SealedTo, k.SealTo = state.SecretKey, state.SealedSecretKey, state.SealedTo, to.List
	if !state.SealedSecretKey.IsNull() && !state.SealTo.IsNull() && !to.List.IsNull() {
		k.SealTo = state.SealTo // the keys were found to be the same
	}
	if !state.SecretKey.IsNull() && !to.List.IsNull() {
		k = k.PlanSecret(to)
	}
	return k
}

// RefuseUnusable refuses public keys that nothing can be sealed to any more, if the plan seals something.
func RefuseUnusable(plan Key, to Recipients, now time.Time) diag.Diagnostics {
	if !plan.SealedSecretKey.IsUnknown() || !to.Known {
		return nil
	}
	_, refused := to.Usable(func() time.Time { return now })
	return refused
}

// WhyResealed says why the sealed secret of a state does not serve the configuration; empty where it does, or where
// nothing is sealed. Nobody but a recipient can read it to seal it again, so that another key is needed, unless the
// configuration gives the secret once more.
//
// Recipients that are unknown count as other ones, as everywhere in Terraform: once they are known it is too late to
// replace the key.
func WhyResealed(to Recipients, config, state Key) string {
	if state.SealedSecretKey.IsNull() || takesSecret(config, state) {
		return ""
	}
	begin := "The secret of " + state.Describe() + " is sealed, and only its recipients can read it. "
	const end = " A secret that the provider cannot read cannot be sealed anew: the key is replaced by one with another secret."
	switch {
	case to.List.IsNull():
		return begin + "The configuration has no `seal_to` any more." + end
	case !to.Known:
		return begin + "The recipients in `seal_to` are not known before the apply and may be other ones." + end
	}
	before, after := Texts(state.SealedTo), to.Fingerprints()
	if sameRecipients(before, after) {
		return ""
	}
	return begin + fmt.Sprintf("The recipients change (new: %s; gone: %s).", without(after, before), without(before, after)) + end
}

// WarnSealing says where else the secret still is when it is sealed in place, or that there is none to seal: noSecret is
// the summary and the rest of that text.
func WarnSealing(plan, state Key, noSecret func(begin string) (summary, detail string)) (diags diag.Diagnostics) {
	switch {
	case plan.SealTo.IsNull() || !state.SealedSecretKey.IsNull():
	case !state.SecretKey.IsNull():
		diags.AddAttributeWarning(AtSealTo, "Older states hold the secret in clear: "+state.ID.ValueString(), "The secret of "+state.Describe()+" is sealed in place, and the clear one leaves the state. "+
			"Every older version and backup of the state, and every plan file saved before, still holds it in clear.\n\n"+
			"Replace the key (`-replace=ADDRESS`) unless you know that nobody else can read those.")
	case state.SealTo.IsNull() && plan.SealedSecretKey.IsNull():
		summary, detail := noSecret("The state has no secret of " + state.Describe() + ", as after an import, and the API does not show it again: ")
		diags.AddAttributeWarning(AtSealTo, summary+": "+state.ID.ValueString(), detail)
	}
	return diags
}

// KeyIsGone is what follows from a recipient that expired after a key was sealed to it, when that key is gone.
const KeyIsGone = "The key that was sealed to it is gone, and apply will refuse to create another one."

// Soften makes warnings of the errors about recipients, and adds what will follow. It is for a key whose secret was sealed
// before: that a recipient expired since must not stop the plan, or the destruction, of everything else.
func Soften(diags diag.Diagnostics, outcome string) (softer diag.Diagnostics) {
	for _, d := range diags {
		if d.Severity() == diag.SeverityError && d.Summary() == NotSealable {
			softer.AddWarning(d.Summary(), d.Detail()+"\n\n"+outcome)
			continue
		}
		softer.Append(d)
	}
	return softer
}

// withSealed puts the ciphertext into the place of the secret.
func (k Key) withSealed(ciphertext string, to seal.Recipients) Key {
	k.SecretKey = types.StringNull()
	k.SealedSecretKey = types.StringValue(ciphertext)
	k.SealedTo = textList(to.Fingerprints())
	return k
}

// whyNotSealed returns why sealing failed.
func whyNotSealed(err error) string {
	var refused *seal.Error
	if errors.As(err, &refused) {
		return refusalText(refused, 0)
	}
	return "The reason is not known. This is a defect of the provider, please report it."
}

// undoTimeout bounds the revocation of a key whose secret could not be sealed. It goes on when the run is interrupted.
const undoTimeout = time.Minute

// Revoker revokes a key.
type Revoker interface {
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// SealNew returns the state of a new key with its secret sealed. Where sealing fails nobody will ever know the secret: the
// key is revoked. exists is false when that was done; otherwise the key is in the state without a secret, and its creation
// failed, so that the next apply replaces it.
func (k Key) SealNew(ctx context.Context, created key.Key, to seal.Recipients, keys Revoker, diags *diag.Diagnostics) (_ Key, exists bool) {
	ciphertext, err := to.Seal(created.Secret)
	if err == nil {
		return k.withSealed(ciphertext, to), true
	}
	failed := fmt.Sprintf("Access key %s was created for %s, but its secret could not be sealed. %s", created.ID, k.OwnerText(), whyNotSealed(err))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if undo := keys.Revoke(ctx, k.Owner(), created); undo != nil {
		diags.AddAttributeError(AtSealTo, NotSealed, failed+"\n\nThe key could not be revoked either. It is in the state, without its secret: the next apply replaces it.")
		diag.Add(diags, NotDeleted, "Revoking access key "+created.ID, undo)
		return k.WithSecret(""), true
	}
	diags.AddAttributeError(AtSealTo, NotSealed, failed+"\n\nThe key was revoked: nothing is left at the API.")
	return k, false
}
