package accesskey

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
)

// model is the resource in a configuration, a plan and a state. It holds the secret: never format it as a whole.
type model struct {
	ID                   types.String   `tfsdk:"id"`
	AccessKeyID          types.String   `tfsdk:"access_key_id"`
	UserName             types.String   `tfsdk:"user_name"`
	UserID               types.String   `tfsdk:"user_id"`
	State                types.String   `tfsdk:"state"`
	ExpirationDate       isodate.Value  `tfsdk:"expiration_date"`
	Expired              types.Bool     `tfsdk:"expired"`
	Tag                  types.String   `tfsdk:"tag"`
	SecretKey            types.String   `tfsdk:"secret_key"`
	SealTo               types.List     `tfsdk:"seal_to"`
	SealedSecretKey      types.String   `tfsdk:"sealed_secret_key"`
	SealedTo             types.List     `tfsdk:"sealed_to"`
	CreationDate         isodate.Value  `tfsdk:"creation_date"`
	LastModificationDate isodate.Value  `tfsdk:"last_modification_date"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

// keyFields moves a model from and to what the CLI sends.
var keyFields fields.Of[model]

// owner addresses the key's owner. The id wins where it is known: it survives a rename.
func (m model) owner() credential.Owner {
	if id := m.UserID.ValueString(); id != "" {
		return credential.Owner{UserID: id}
	}
	return credential.Owner{UserName: m.UserName.ValueString()}
}

// ownerText names the owner in a message.
func (m model) ownerText() string {
	switch {
	case m.UserName.ValueString() != "":
		return "user " + m.UserName.ValueString()
	case m.UserID.ValueString() != "":
		return "the user with id " + m.UserID.ValueString()
	}
	return "the caller"
}

// text names the key in a message.
func (m model) text() string {
	return fmt.Sprintf("access key %s of %s", m.ID.ValueString(), m.ownerText())
}

// wish is what a plan asks of the key. The state comes from the configuration and not from the plan: where the
// configuration says nothing, the plan repeats the state that was seen last, and to send that again would switch a key
// on that somebody switched off meanwhile.
func (m model) wish(config model) credential.Wish {
	return credential.Wish{
		Owner:   m.owner(),
		State:   credential.State(config.State.ValueString()),
		Expires: expiry(m.ExpirationDate),
		Tag:     m.Tag.ValueString(),
	}
}

// have is the key as a state knows it.
func (m model) have() credential.Key {
	key := credential.Key{
		ID:       m.ID.ValueString(),
		UserName: m.UserName.ValueString(),
		State:    credential.State(m.State.ValueString()),
		Tag:      m.Tag.ValueString(),
		Expires:  expiry(m.ExpirationDate),
	}
	key.Created, _ = m.CreationDate.Meaning()
	key.Modified, _ = m.LastModificationDate.Meaning()
	return key
}

// expiry is the instant a date names, nil for no date.
func expiry(date isodate.Value) *time.Time {
	if at, dated := date.Meaning(); dated {
		return &at
	}
	return nil
}

// read takes over what the API says of the key, in the user's words where they still hold. The secret stays: the API
// never shows it again.
func (m model) read(key credential.Key, now time.Time) model {
	m.ID = types.StringValue(key.ID)
	m.AccessKeyID = types.StringValue(key.ID)
	m.UserName = textOrNull(key.UserName)
	m.State = types.StringValue(string(key.State))
	m.ExpirationDate = isodate.Keep(m.ExpirationDate, key.Expires)
	m.Expired = types.BoolValue(key.Expired(now))
	m.CreationDate = isodate.Keep(m.CreationDate, &key.Created)
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &key.Modified)
	if m.Tag.ValueString() != key.Tag {
		m.Tag = textOrNull(key.Tag)
	}
	return m
}

// created is the state after a creation: the key as the API has it, its secret in clear, and the plan's own words.
func (m model) created(key credential.Key, now time.Time, whole bool) model {
	made := m.read(key, now)
	made.SecretKey, made.SealedSecretKey, made.SealedTo = textOrNull(key.Secret), types.StringNull(), noTexts()
	return made.inWordsOf(m, whole)
}

// updated is the state after a change.
func (m model) updated(key credential.Key, now time.Time, whole bool) model {
	return m.read(key, now).inWordsOf(m, whole)
}

// inWordsOf gives back to a result what the plan had already settled. It matters in two places, both only when the
// change succeeded (whole):
//   - a key whose creation ended with the marker still on it has a tag that the plan did not announce. The state keeps
//     the planned tag, the next refresh sees the marker, and the next apply clears it.
//   - a key that somebody switched off during the apply has a state that the plan did not announce. It is left off (that
//     is what an unset `state` means), and the next refresh sees it.
func (m model) inWordsOf(plan model, whole bool) model {
	if !whole {
		return m
	}
	m.Tag = plan.Tag
	m.ExpirationDate = plan.ExpirationDate
	if !plan.State.IsUnknown() {
		m.State = plan.State
	}
	if !plan.Expired.IsUnknown() {
		m.Expired = plan.Expired
	}
	if !plan.UserName.IsUnknown() {
		m.UserName = plan.UserName
	}
	return m
}

// textOrNull is how an absent text rests in a state.
func textOrNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
