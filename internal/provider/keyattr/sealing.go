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

// PlanSecret plans secret_key, sealed_secret_key and sealed_to of a secret that the apply will create or seal. If it is
// certain that the secret will be sealed, secret_key is null.
func (k Key) PlanSecret(to Recipients) Key {
	k.SecretKeyWO = types.StringNull()
	switch {
	case to.List.IsNull():
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringUnknown(), types.StringNull(), noTexts()
	case to.List.IsUnknown(): // the list may turn out to be null
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringUnknown(), types.StringUnknown(), unknownTexts()
	default:
		k.SecretKey, k.SealedSecretKey, k.SealedTo = types.StringNull(), types.StringUnknown(), unknownTexts()
		if to.Known && !to.Refused.HasError() {
			k.SealedTo = textList(to.Fingerprints())
		}
	}
	return k
}

// PlanKeptSecret returns the plan of a key that stays. Its secret stays as it is, is sealed in place, or is replaced by the
// one in the configuration. `seal_to` keeps the text of the state if it names the same keys.
func (k Key) PlanKeptSecret(to Recipients, config, state Key) Key {
	k.SecretKeyWO, k.SecretVersion = types.StringNull(), config.SecretVersion
	if takesSecret(config, state) {
		k.SealTo = to.List
		return k.PlanSecret(to)
	}
	k.SecretKey, k.SealedSecretKey, k.SealedTo, k.SealTo = state.SecretKey, state.SealedSecretKey, state.SealedTo, to.List
	if !state.SealedSecretKey.IsNull() && !state.SealTo.IsNull() && !to.List.IsNull() {
		k.SealTo = state.SealTo // the same keys: see WhyResealed
	}
	if !state.SecretKey.IsNull() && !to.List.IsNull() {
		k = k.PlanSecret(to)
	}
	return k
}

// RefuseUnusable refuses public keys that can no longer be used, if the plan seals a secret.
func RefuseUnusable(plan Key, to Recipients, now time.Time) diag.Diagnostics {
	if !plan.SealedSecretKey.IsUnknown() || !to.Known {
		return nil
	}
	_, refused := to.Usable(func() time.Time { return now })
	return refused
}

// WhyResealed says why the secret must be sealed to other recipients than in the state, or returns "". Only a recipient can
// read a sealed secret, so this needs another key, unless the configuration has the secret.
//
// Unknown recipients count as other ones, as everywhere in Terraform: when they are known it is too late to replace the key.
func WhyResealed(to Recipients, config, state Key) string {
	if state.SealedSecretKey.IsNull() || takesSecret(config, state) {
		return ""
	}
	begin := "The secret of " + state.Describe() + " is sealed, and only its recipients can read it. "
	const end = " The provider cannot read the secret to seal it again, so the key is replaced by one with another secret."
	switch {
	case to.List.IsNull():
		return begin + "The configuration no longer has `seal_to`." + end
	case !to.Known:
		return begin + "The recipients in `seal_to` are known only after apply, and may be other ones." + end
	}
	before, after := Texts(state.SealedTo), to.Fingerprints()
	if sameRecipients(before, after) {
		return ""
	}
	return begin + fmt.Sprintf("The recipients change (added: %s; removed: %s).", without(after, before), without(before, after)) + end
}

// WarnSealing warns that older states still have a secret that is sealed in place, or that there is no secret to seal.
// noSecret is the summary of the second warning, and outcome the end of its text.
func WarnSealing(plan, state Key, noSecret, outcome string) (diags diag.Diagnostics) {
	switch {
	case plan.SealTo.IsNull() || !state.SealedSecretKey.IsNull():
	case !state.SecretKey.IsNull():
		diags.AddAttributeWarning(AtSealTo, "Older states hold the secret in clear: "+state.ID.ValueString(), "The secret of "+state.Describe()+" is sealed in place, and the new state no longer has it in clear. "+
			"Every older version and backup of the state, and every saved plan file, still has it in clear.\n\n"+
			"Replace the key (`-replace=ADDRESS`) unless you know that nobody else can read these.")
	case state.SealTo.IsNull() && plan.SealedSecretKey.IsNull():
		diags.AddAttributeWarning(AtSealTo, noSecret+": "+state.ID.ValueString(),
			"The state has no secret of "+state.Describe()+", as after an import, and the API does not return it again. "+outcome)
	}
	return diags
}

// KeyIsGone is the outcome for Soften if a key is gone.
const KeyIsGone = "The key whose secret was sealed to it is gone, and the apply will not create another one."

// Soften turns the errors about recipients into warnings with this summary, and adds the outcome to their text. It is for a key
// whose secret was sealed before: if a recipient has expired since, the rest of the configuration can still be planned and
// destroyed.
func Soften(diags diag.Diagnostics, summary, outcome string) (softer diag.Diagnostics) {
	for _, d := range diags {
		if d.Severity() == diag.SeverityError && d.Summary() == NotSealable {
			softer.AddWarning(summary, d.Detail()+"\n\n"+outcome)
			continue
		}
		softer.Append(d)
	}
	return softer
}

// withSealed replaces the secret by the ciphertext.
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

// undoTimeout is the time limit of the revocation of a key whose secret could not be sealed.
const undoTimeout = time.Minute

// Revoker revokes a key.
type Revoker interface {
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// SealNew seals the secret of a new key. If that fails, it appends an error and revokes the key, because nobody will know its
// secret; exists is then false. If the revocation fails too, the key stays in the state without a secret, and the next apply
// replaces it.
func (k Key) SealNew(ctx context.Context, created key.Key, to seal.Recipients, keys Revoker, diags *diag.Diagnostics) (_ Key, exists bool) {
	ciphertext, err := to.Seal(created.Secret)
	if err == nil {
		return k.withSealed(ciphertext, to), true
	}
	failed := fmt.Sprintf("Access key %s was created for %s, but sealing its secret failed. %s", created.ID, k.OwnerText(), whyNotSealed(err))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	if undo := keys.Revoke(ctx, k.Owner(), created); undo != nil {
		diags.AddAttributeError(AtSealTo, NotSealed, failed+"\n\nRevoking the key failed too. If the state has the key, a later apply deletes it. Otherwise a later run lists it.")
		diag.Add(diags, NotDeleted, "Revoking access key "+created.ID, undo)
		return k.WithSecret(""), true
	}
	diags.AddAttributeError(AtSealTo, NotSealed, failed+"\n\nThe key was revoked.")
	return k, false
}
