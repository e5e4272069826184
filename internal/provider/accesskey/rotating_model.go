package accesskey

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/fields"
)

// rotatingModel is outscale_rotating_access_key in a configuration, a plan and a state. What is not about the pair of
// keys is said of the current one. It holds the secret: never format it as a whole.
type rotatingModel struct {
	ID                     types.String   `tfsdk:"id"`
	AccessKeyID            types.String   `tfsdk:"access_key_id"`
	UserName               types.String   `tfsdk:"user_name"`
	UserID                 types.String   `tfsdk:"user_id"`
	Lifetime               duration.Value `tfsdk:"lifetime"`
	RotateBefore           duration.Value `tfsdk:"rotate_before"`
	Triggers               types.Map      `tfsdk:"triggers"`
	Tag                    types.String   `tfsdk:"tag"`
	State                  types.String   `tfsdk:"state"` // null = gone
	SecretKey              types.String   `tfsdk:"secret_key"`
	SealTo                 types.List     `tfsdk:"seal_to"`
	SealedSecretKey        types.String   `tfsdk:"sealed_secret_key"`
	SealedTo               types.List     `tfsdk:"sealed_to"`
	CreationDate           isodate.Value  `tfsdk:"creation_date"`
	ExpirationDate         isodate.Value  `tfsdk:"expiration_date"`
	RotatesAfter           isodate.Value  `tfsdk:"rotates_after"`
	ReadyToRotate          types.Bool     `tfsdk:"ready_to_rotate"`
	PreviousAccessKeyID    types.String   `tfsdk:"previous_access_key_id"`
	PreviousExpirationDate isodate.Value  `tfsdk:"previous_expiration_date"`
	Timeouts               timeouts.Value `tfsdk:"timeouts"`
}

// pairFields moves a rotatingModel from and to what the CLI sends.
var pairFields fields.Of[rotatingModel]

// current is the current key as the plain resource has one: for all that both resources do alike with owners and secrets.
func (m rotatingModel) current() model {
	return model{
		ID: m.ID, AccessKeyID: m.AccessKeyID, UserName: m.UserName, UserID: m.UserID, State: m.State,
		ExpirationDate: m.ExpirationDate, Tag: m.Tag, SecretKey: m.SecretKey, SealTo: m.SealTo,
		SealedSecretKey: m.SealedSecretKey, SealedTo: m.SealedTo, CreationDate: m.CreationDate, Timeouts: m.Timeouts,
	}
}

// withSecretOf takes over how a plain key keeps its secret.
func (m rotatingModel) withSecretOf(key model) rotatingModel {
	m.SecretKey, m.SealTo, m.SealedSecretKey, m.SealedTo = key.SecretKey, key.SealTo, key.SealedSecretKey, key.SealedTo
	return m
}

func (m rotatingModel) owner() credential.Owner { return m.current().owner() }

// have is the pair of keys as a state knows it.
func (m rotatingModel) have() credential.Pair {
	return credential.Pair{Current: m.current().have(), Previous: credential.Key{
		ID: m.PreviousAccessKeyID.ValueString(), UserName: m.UserName.ValueString(), Expires: expiry(m.PreviousExpirationDate),
	}}
}

// rotation is what a plan whose durations are known asks of the next key.
func (m rotatingModel) rotation() credential.Rotation {
	lifetime, _ := m.Lifetime.Meaning()
	overlap, _ := m.RotateBefore.Meaning()
	return credential.Rotation{Owner: m.owner(), Tag: m.Tag.ValueString(), Lifetime: lifetime, Overlap: overlap}
}

// window is when the current key is to be replaced for its age; false where it never is, or where that is not known.
func (m rotatingModel) window() (time.Time, bool) {
	expires, dated := m.ExpirationDate.Meaning()
	before, known := m.RotateBefore.Meaning()
	return expires.Add(-before), dated && known
}

// lost reports that the current key cannot be used, whatever its dates say: it is gone, or somebody switched it off.
func (m rotatingModel) lost() bool { return m.State.ValueString() != string(credential.Active) }

// dated sets what follows from the expiry of the current key and the length of the window.
func (m rotatingModel) dated(now time.Time) rotatingModel {
	m.RotatesAfter = isodate.Null()
	if m.RotateBefore.IsUnknown() || m.ExpirationDate.IsUnknown() {
		m.RotatesAfter, m.ReadyToRotate = isodate.Unknown(), types.BoolUnknown()
		return m
	}
	at, windowed := m.window()
	if windowed {
		m.RotatesAfter = isodate.Text(isodate.Format(at))
	}
	m.ReadyToRotate = types.BoolValue(m.lost() || windowed && !at.After(now))
	return m
}

// read takes over what the API says of the current key. The secret stays.
func (m rotatingModel) read(key credential.Key, now time.Time) rotatingModel {
	plain := m.current().read(key, now)
	m.ID, m.AccessKeyID, m.UserName, m.State, m.Tag = plain.ID, plain.AccessKeyID, plain.UserName, plain.State, plain.Tag
	m.ExpirationDate, m.CreationDate = plain.ExpirationDate, plain.CreationDate
	return m.dated(now)
}

// gone says that the current key is not at the API any more. What is known of it stays: its place is kept for the next.
func (m rotatingModel) gone(now time.Time) rotatingModel {
	m.State = types.StringNull()
	return m.dated(now)
}

// withPrevious takes over what the API says of the key before the current one.
func (m rotatingModel) withPrevious(key credential.Key) rotatingModel {
	m.PreviousAccessKeyID = textOrNull(key.ID)
	m.PreviousExpirationDate = isodate.Keep(m.PreviousExpirationDate, key.Expires)
	return m
}

// rotated is the state after a rotation made a new current key, its secret in clear. whole says that all went as
// planned: then the plan's own words stand (see model.inWordsOf).
func (m rotatingModel) rotated(pair credential.Pair, now time.Time, whole bool) rotatingModel {
	made := m
	plain := m.current().created(pair.Current, now, whole)
	made = made.withSecretOf(plain).withPrevious(pair.Previous)
	made.ID, made.AccessKeyID, made.UserName, made.UserID, made.State = plain.ID, plain.AccessKeyID, plain.UserName, plain.UserID, plain.State
	made.Tag, made.ExpirationDate, made.CreationDate = plain.Tag, isodate.Of(pair.Current.Expires), plain.CreationDate
	return made.dated(now)
}
