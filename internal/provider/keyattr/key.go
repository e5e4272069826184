// Package keyattr is what the resources, the data sources and the ephemeral resources for access keys have in common:
// attributes, the rules about owners, the sealing of secrets, limits, and conversions.
package keyattr

import (
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// The summaries of the errors and warnings about keys, stable so that they can be searched for.
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

// Key is the attributes that every managed access key has, for embedding in a model. In a pair of keys they are those of
// the current one. It holds the secret: never format it as a whole.
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

// Owner addresses the key's owner. The id wins where it is known: it survives a rename.
func (k Key) Owner() key.Owner {
	if id := k.UserID.ValueString(); id != "" {
		return key.Owner{UserID: id}
	}
	return key.Owner{UserName: k.UserName.ValueString()}
}

// OwnerNames are the names under which the owner of a key is remembered in providerdata.Memory.
func (k Key) OwnerNames() []string {
	name, id := k.UserName.ValueString(), k.UserID.ValueString()
	if id == "" {
		return []string{name}
	}
	return []string{name, id}
}

// OwnerText names the owner in a sentence.
func (k Key) OwnerText() string {
	return diag.OwnerText(k.UserName.ValueString(), k.UserID.ValueString())
}

// Describe names the key in a sentence.
func (k Key) Describe() string {
	return "access key " + k.ID.ValueString() + " of " + k.OwnerText()
}

// ToKey converts the key that a state has. identity is what its private state has.
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

// WithKey takes over what the API has, in the user's text where that still means the same. The secret stays: the API never
// shows it again.
//
// An argument that the API has nothing for is "", and not null: see KeepNone.
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

// None is what a state has for an argument that the API has nothing for.
var None = types.StringValue("")

// KeepNone returns the planned value of an optional argument for which null and "" both mean none. state is None for a key
// that does not exist.
//
// GOTCHA: a planned value may differ from a configured "" only if it is the state's, and may be anything where the argument
// is left out, because it is computed. So a state has "" for none: then neither null in place of "" nor the reverse is a
// change. A state of another provider, or of an earlier version, has null until it is refreshed.
func KeepNone(config, state types.String) types.String {
	switch {
	case !config.IsNull():
		return config
	case state.ValueString() == "":
		return state
	}
	return None
}

// WithNone returns the plan of a key that does not exist with "" for the arguments that are left out. The name of an owner
// that is given by its id is unknown.
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

// PlanNew returns the plan of a new key: what the API decides is unknown.
func (k Key) PlanNew(to Recipients) Key {
	k = k.PlanSecret(to)
	k.ID, k.AccessKeyID, k.CreationDate = types.StringUnknown(), types.StringUnknown(), isodate.Unknown()
	return k
}

// WithOwner sets the arguments for the owner that the configuration has.
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

// TextOrNull is an absent text as a state has it.
func TextOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
