// Package keyattr has what the types for access keys share: attributes, rules about owners, the sealing of secrets, limits,
// and conversions.
package keyattr

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// The summaries of errors and warnings about keys. Users search for them, so they do not change.
const (
	NotCreated  = "Access key not created"
	NotRead     = "Access key not read"
	NotPlanned  = "Access key not planned"
	NotUpdated  = "Access key not updated"
	NotRotated  = "Access key not rotated"
	NotDeleted  = "Access key not deleted"
	NotImported = "Access key not imported"
	IsGone      = "Access key is gone"
)

// The attributes that diagnostics and replacements point to.
var (
	AtUserName       = path.Root("user_name")
	AtUserID         = path.Root("user_id")
	AtTag            = path.Root("tag")
	AtExpirationDate = path.Root("expiration_date")
	AtSealTo         = path.Root("seal_to")
)

// Key has the attributes of every managed access key, for embedding in a model. For a pair of keys they are those of the
// current key. Key holds the secret: never format it as a whole.
//
// These functions set the attributes in a plan:
//
//	WithNone        user_name, tag, expiration_date   of a new key, where they are left out
//	PlanNew         id, access_key_id, creation_date  of a new key, and what PlanSecret sets
//	PlanSecret      the secret, in clear and sealed   which the apply creates or seals
//	PlanKeptSecret  the secret, seal_to               of a key that stays
//	WithOwner       user_name, user_id                of a key that stays
//
// and these in a state:
//
//	WithKey         what the API returns
//	WithSecret      the secret of a new key, in clear
//	SealNew         the secret of a new key, sealed
//	SecretInPlace   the secret of a key that stays: of the state, sealed now, or given by the configuration
type Key struct {
	ID              types.String   `tfsdk:"id"`
	AccessKeyID     types.String   `tfsdk:"access_key_id"`
	UserName        types.String   `tfsdk:"user_name"`
	UserID          types.String   `tfsdk:"user_id"`
	State           types.String   `tfsdk:"state"` // null for a current key of a pair that is gone
	Tag             types.String   `tfsdk:"tag"`
	SecretKey       types.String   `tfsdk:"secret_key"`
	SecretKeyWO     types.String   `tfsdk:"secret_key_wo"` // in a configuration only
	SecretVersion   types.Number   `tfsdk:"secret_key_wo_version"`
	SealTo          types.List     `tfsdk:"seal_to"`
	SealedSecretKey types.String   `tfsdk:"sealed_secret_key"`
	SealedTo        types.List     `tfsdk:"sealed_to"`
	CreationDate    isodate.Value  `tfsdk:"creation_date"`
	ExpirationDate  isodate.Value  `tfsdk:"expiration_date"`
	Timeouts        timeouts.Value `tfsdk:"timeouts"`
}

// Owner returns the owner of the key, by id if it is known, because the id survives a rename.
func (k Key) Owner() key.Owner {
	if id := k.UserID.ValueString(); id != "" {
		return key.Owner{UserID: id}
	}
	return key.Owner{UserName: k.UserName.ValueString()}
}

// OwnerNames returns the names of the owner in providerdata.Memory.
func (k Key) OwnerNames() []string {
	name, id := k.UserName.ValueString(), k.UserID.ValueString()
	if id == "" {
		return []string{name}
	}
	return []string{name, id}
}

// OwnerText returns the owner for a sentence.
func (k Key) OwnerText() string {
	return diag.OwnerText(k.UserName.ValueString(), k.UserID.ValueString())
}

// ForNewKey adds the owner of a new key, if it is known, to the summary of a warning: the CLIs show only the first of several
// warnings with the same summary.
func (k Key) ForNewKey(summary string) string {
	if !k.KnownOwner() {
		return summary
	}
	return summary + ": new key of " + k.OwnerText()
}

// Describe returns the key and its owner for a sentence.
func (k Key) Describe() string {
	return "access key " + k.ID.ValueString() + " of " + k.OwnerText()
}

// ToKey converts the key of a state. identity is that of its private state.
func (k Key) ToKey(identity key.Identity) key.Key {
	have := key.Key{
		ID:       k.ID.ValueString(),
		UserName: k.UserName.ValueString(),
		State:    key.State(k.State.ValueString()),
		Tag:      k.Tag.ValueString(),
		Expires:  isodate.At(k.ExpirationDate),
		Identity: identity,
	}
	have.Created, _ = k.CreationDate.Meaning()
	return have
}

// WithKey sets the attributes to those of the API's key. A date that is the same keeps the user's text. The secret stays,
// because the API returns it only once. An argument that the key does not have becomes "", not null: see KeepNone.
func (k Key) WithKey(found key.Key) Key {
	k.ID, k.AccessKeyID = types.StringValue(found.ID), types.StringValue(found.ID)
	k.UserName = types.StringValue(found.UserName)
	k.State = types.StringValue(string(found.State))
	k.Tag = types.StringValue(found.Tag)
	k.CreationDate = isodate.Keep(k.CreationDate, &found.Created)
	k.ExpirationDate = isodate.Keep(k.ExpirationDate, found.Expires)
	if k.ExpirationDate.IsNull() {
		k.ExpirationDate = isodate.Text("")
	}
	return k
}

// None is the value in a state of an argument that the key does not have.
var None = types.StringValue("")

// KeepNone returns the planned value of an optional argument for which null and "" both mean none. state is None for a new
// key.
//
// GOTCHA: the CLI accepts a planned value that differs from a configured "" only if it is that of the state. For an argument
// that is left out it accepts any value, because the argument is computed. So a state has "" for none, and a change of the
// configuration between null and "" plans nothing. A state of another provider, or of an earlier version, has null until it
// is refreshed.
func KeepNone(config, state types.String) types.String {
	switch {
	case !config.IsNull():
		return config
	case state.ValueString() == "":
		return state
	}
	return None
}

// WithNone returns the plan of a new key with "" for the arguments that are left out. If the owner is named by its id, its
// name is unknown.
func (k Key) WithNone() Key {
	k.Tag = KeepNone(k.Tag, None)
	k.ExpirationDate.StringValue = KeepNone(k.ExpirationDate.StringValue, None)
	switch {
	case k.UserID.IsNull():
		k.UserName = KeepNone(k.UserName, None)
	case k.UserName.IsNull():
		k.UserName = types.StringUnknown()
	}
	return k
}

// PlanNew returns the plan of a new key: the values that the API sets are unknown.
func (k Key) PlanNew(to Recipients) Key {
	k = k.PlanSecret(to)
	k.ID, k.AccessKeyID, k.CreationDate = types.StringUnknown(), types.StringUnknown(), isodate.Unknown()
	return k
}

// WithOwner sets the owner as far as it is configured.
func (k Key) WithOwner(config Key) Key {
	if !config.UserName.IsNull() {
		k.UserName = config.UserName
	}
	if !config.UserID.IsNull() {
		k.UserID = config.UserID
	}
	return k
}

// WithSecret sets the secret of a new key, in clear.
func (k Key) WithSecret(secret string) Key {
	k.SecretKey, k.SealedSecretKey, k.SealedTo = TextOrNull(secret), types.StringNull(), noTexts()
	return k
}

// TextOrNull returns null for "".
func TextOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
