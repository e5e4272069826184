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

// The state of an imported key has no secret. The configuration can have it in the write-only argument `secret_key_wo`. The
// provider uses it if the state has no secret, or if `secret_key_wo_version` changes, and checks it before it changes
// anything. For a new key it ignores the argument.

// NotTaken is the summary of errors about the secret in the configuration.
const NotTaken = "Secret not taken"

// isGiven reports whether the configuration has a secret, or may have one because the value is unknown.
func isGiven(config Key) bool {
	return config.SecretKeyWO.IsUnknown() || isSet(config.SecretKeyWO)
}

// takesSecret reports whether a key that stays gets the secret of the configuration.
func takesSecret(config, state Key) bool {
	hasSecret := !state.SecretKey.IsNull() || !state.SealedSecretKey.IsNull()
	return isGiven(config) && (!hasSecret || !config.SecretVersion.Equal(state.SecretVersion))
}

// WaitsForSecret reports whether the apply of a plan of a key that stays must store the secret of the configuration.
func (k Key) WaitsForSecret(config, state Key) bool {
	return takesSecret(config, state) && (k.SecretKey.IsUnknown() || k.SealedSecretKey.IsUnknown())
}

// WarnGivenSecret warns of a secret in the configuration that is ignored because the plan creates a key, and of a new version
// without a secret. state is nil if there is no key.
func WarnGivenSecret(config Key, state *Key, newKey bool) (diags diag.Diagnostics) {
	switch {
	case newKey && isSet(config.SecretKeyWO) && (state == nil || takesSecret(config, *state)):
		diags.AddWarning(config.ForNewKey("Given secret not used"), "`secret_key_wo` is for an existing key. The apply creates a key, and the API generates its secret.\n\n"+
			"Remove `secret_key_wo` and `secret_key_wo_version`. To keep an existing key, import it in the same apply.")
	case !newKey && state != nil && !isGiven(config) && !config.SecretVersion.IsNull() && !config.SecretVersion.Equal(state.SecretVersion):
		diags.AddWarning("No secret given: "+state.ID.ValueString(), "`secret_key_wo_version` changes, and `secret_key_wo` is empty: the secret in the state stays as it is.\n\n"+
			"Set `secret_key_wo` if a variable was meant to have a value, and change the version again.")
	}
	return diags
}

// SecretInPlace returns the plan of a key that stays with its secret: the secret of the state, in clear or now sealed, or the
// secret of the configuration after a check, which makes calls.
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

// leastSecret is the length below which a value is not sent as a secret, because wrong secrets lock the key for a minute. A secret
// has 40 characters (A41). The limit is lower, in case other accounts have shorter ones.
const leastSecret = 20

// secretValidator refuses values that do not have the form of a secret.
type secretValidator struct{}

func (secretValidator) Description(context.Context) string {
	return "must be the secret of an access key"
}

func (v secretValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString adds an error without a path, because the CLI prints the line that an error points to.
func (secretValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	secret := req.ConfigValue.ValueString()
	why := key.MalformedSecret(secret)
	if why == "" && secret != "" && len(secret) < leastSecret {
		why = fmt.Sprintf("has fewer than %d characters", leastSecret)
	}
	if why != "" {
		resp.Diagnostics.AddError(NotTaken, fmt.Sprintf("The value of `%s` %s, so it cannot be the secret of an access key.\n\n"+
			"Set the secret as the API returned it: 40 letters and digits.", req.Path, why))
	}
}

// RefuseUncheckable refuses the secret of a key that is INACTIVE or has expired, because it cannot be checked.
func RefuseUncheckable(config, state Key, now time.Time) (diags diag.Diagnostics) {
	have := state.ToKey(key.Identity{})
	if takesSecret(config, state) && isSet(config.SecretKeyWO) && (have.State == key.Inactive || have.Expired(now)) {
		diag.Add(&diags, NotTaken, "Checking the secret in `secret_key_wo` for "+state.Describe(), &key.SecretError{KeyID: have.ID, Unusable: true})
	}
	return diags
}
