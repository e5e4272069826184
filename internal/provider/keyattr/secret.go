package keyattr

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// A key that was imported has no secret in its state. The configuration can give the one that a person still has, in the
// write-only `secret_key_wo`. It is taken when the state has no secret, or when `secret_key_wo_version` changes; and it is
// checked before anything is changed. A new key has a secret of its own: then the argument is not used.

// NotTaken is the summary of the errors about a given secret.
const NotTaken = "Secret not taken"

// isGiven reports whether a secret is given, or may be: the value can be unknown.
func isGiven(config Key) bool {
	return config.SecretKeyWO.IsUnknown() || isSet(config.SecretKeyWO)
}

// takesSecret reports whether the plan of a key that stays takes the given secret.
func takesSecret(config, state Key) bool {
	hasSecret := !state.SecretKey.IsNull() || !state.SealedSecretKey.IsNull()
	return isGiven(config) && (!hasSecret || !config.SecretVersion.Equal(state.SecretVersion))
}

// WaitsForSecret reports whether the plan of a key that stays has a place for the secret that config gives.
func (k Key) WaitsForSecret(config, state Key) bool {
	return takesSecret(config, state) && (k.SecretKey.IsUnknown() || k.SealedSecretKey.IsUnknown())
}

// WarnGivenSecret warns of a given secret that is not used, because a new key has one of its own, and of a version without
// a secret. state is nil where there is no key.
func WarnGivenSecret(config Key, state *Key, newKey bool) (diags diag.Diagnostics) {
	switch {
	case newKey && isSet(config.SecretKeyWO) && (state == nil || takesSecret(config, *state)):
		diags.AddWarning("Given secret not used", "`secret_key_wo` is for a key that exists. The apply creates a key, and the API makes its secret.\n\n"+
			"Remove `secret_key_wo` and `secret_key_wo_version`. To keep an existing key, import it in the same apply.")
	case !newKey && state != nil && !isGiven(config) && !config.SecretVersion.IsNull() && !config.SecretVersion.Equal(state.SecretVersion):
		diags.AddWarning("No secret given: "+state.ID.ValueString(), "`secret_key_wo_version` changes, and `secret_key_wo` is empty: the secret in the state stays as it is.\n\n"+
			"Set `secret_key_wo` if a variable was meant to have a value, and change the version again.")
	}
	return diags
}

// SecretInPlace returns the plan of a key that stays with its secret: that of the state, that of the state sealed, or the
// given one. Only the last needs calls. After an error nothing was changed.
func (k Key) SecretInPlace(ctx context.Context, d *providerdata.Data, config, state Key, identity key.Identity, diags *diag.Diagnostics) Key {
	secret := state.SecretKey
	given := k.WaitsForSecret(config, state)
	if !given && (k.SealTo.IsNull() || secret.IsNull()) {
		k.SecretKey, k.SealedSecretKey, k.SealedTo = state.SecretKey, state.SealedSecretKey, state.SealedTo
		return k
	}
	to, refused := ParseRecipients(k.SealTo).Usable(d.Now)
	if diags.Append(refused...); refused.HasError() {
		return k
	}
	if given {
		secret = config.SecretKeyWO
		if err := d.Keys.CheckSecret(ctx, state.Owner(), state.ToKey(identity), secret.ValueString()); err != nil {
			diag.Add(diags, NotTaken, "Checking the secret in `secret_key_wo` for "+state.Describe(), err)
			return k
		}
	}
	if k.SealTo.IsNull() {
		return k.WithSecret(secret.ValueString())
	}
	ciphertext, err := to.Seal(secret.ValueString())
	if err != nil {
		diags.AddAttributeError(AtSealTo, NotSealed, "Sealing the secret of "+state.Describe()+" failed. "+whyNotSealed(err))
		return k
	}
	return k.withSealed(ciphertext, to)
}

// secretValidator refuses values that do not have the form of a secret.
type secretValidator struct{}

func (secretValidator) Description(context.Context) string {
	return "must be the secret of an access key"
}

func (v secretValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString has no path in its error: the CLI prints the line that an error points to.
func (secretValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if why := key.MalformedSecret(req.ConfigValue.ValueString()); why != "" {
		resp.Diagnostics.AddError(NotTaken, fmt.Sprintf("The value of `%s` %s, so that it cannot be the secret of an access key.\n\n"+
			"Give the secret as the API showed it: 40 letters and digits.", req.Path, why))
	}
}

// RefuseUncheckable refuses to take a given secret of a key with which nothing can be signed.
func RefuseUncheckable(config, state Key, now time.Time) (diags diag.Diagnostics) {
	have := state.ToKey(key.Identity{})
	if takesSecret(config, state) && isSet(config.SecretKeyWO) && (have.State == key.Inactive || have.Expired(now)) {
		diag.Add(&diags, NotTaken, "Checking the secret in `secret_key_wo` for "+state.Describe(), &key.SecretError{KeyID: have.ID, Unusable: true})
	}
	return diags
}
