package rotatingkey

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
)

// model is the resource in a configuration, a plan and a state. The attributes of keyattr.Key are those of the current key. It
// holds the secret: never format it as a whole.
type model struct {
	keyattr.Key
	Lifetime               duration.Value `tfsdk:"lifetime"`
	RotateBefore           duration.Value `tfsdk:"rotate_before"`
	Triggers               types.Map      `tfsdk:"triggers"`
	RotatesAfter           isodate.Value  `tfsdk:"rotates_after"`
	ReadyToRotate          types.Bool     `tfsdk:"ready_to_rotate"`
	PreviousAccessKeyID    types.String   `tfsdk:"previous_access_key_id"`
	PreviousExpirationDate isodate.Value  `tfsdk:"previous_expiration_date"`
}

var codec base.Codec[model]

// key returns the attributes of every key, nil for a nil model.
func (m *model) key() *keyattr.Key {
	if m == nil {
		return nil
	}
	return &m.Key
}

// toPair converts the pair of keys of a state. identity is that of its private state.
func (m model) toPair(identity key.Identity) rotation.Pair {
	return rotation.Pair{Current: m.ToKey(identity), Previous: key.Key{
		ID: m.PreviousAccessKeyID.ValueString(), UserName: m.UserName.ValueString(),
		Expires: isodate.At(m.PreviousExpirationDate), Identity: identity,
	}}
}

// toSpec returns the spec of the next key of a plan. The lifetime must be known.
func (m model) toSpec() rotation.Spec {
	lifetime, _ := m.Lifetime.Meaning()
	return rotation.Spec{Owner: m.Owner(), Tag: m.Tag.ValueString(), Lifetime: lifetime}
}

// window returns the time from which an apply replaces the current key. It returns false if there is none or it is unknown.
func (m model) window() (time.Time, bool) {
	expires, dated := m.ExpirationDate.Meaning()
	before, known := m.RotateBefore.Meaning()
	return expires.Add(-before), dated && known
}

// unusable reports whether the current key is gone or INACTIVE.
func (m model) unusable() bool { return m.State.ValueString() != string(key.Active) }

// withWindow sets rotates_after and ready_to_rotate.
func (m model) withWindow(now time.Time) model {
	m.RotatesAfter = isodate.Null()
	if m.RotateBefore.IsUnknown() || m.ExpirationDate.IsUnknown() {
		m.RotatesAfter, m.ReadyToRotate = isodate.Unknown(), types.BoolUnknown()
		return m
	}
	at, windowed := m.window()
	if windowed {
		m.RotatesAfter = isodate.Text(isodate.Format(at))
	}
	m.ReadyToRotate = types.BoolValue(m.unusable() || windowed && !at.After(now))
	return m
}

// withCurrent sets the attributes of the current key to those of the API's key. If found has no ID, the key is gone: then the
// state is null, and the other attributes stay, so that the next apply can rotate.
func (m model) withCurrent(found key.Key, now time.Time) model {
	if found.ID == "" {
		m.State = types.StringNull()
	} else {
		m.Key = m.WithKey(found)
	}
	return m.withWindow(now)
}

// withPrevious sets the attributes of the previous key. If found has no ID, there is none.
func (m model) withPrevious(found key.Key) model {
	m.PreviousAccessKeyID = keyattr.TextOrNull(found.ID)
	m.PreviousExpirationDate = isodate.Keep(m.PreviousExpirationDate, found.Expires)
	return m
}

// withRotated returns the state after a rotation, with the secret of the new key in clear. If complete, the rotation had no
// error, and the planned values stay (see withPlanned in accesskey).
func (m model) withRotated(pair rotation.Pair, now time.Time, complete bool) model {
	made := m
	made.Key = m.WithKey(pair.Current).WithSecret(pair.Current.Secret)
	made.ExpirationDate = isodate.Of(pair.Current.Expires)
	if complete {
		made.Tag = m.Tag
		if !m.UserName.IsUnknown() {
			made.UserName = m.UserName
		}
	}
	return made.withPrevious(pair.Previous).withWindow(now)
}

// The members of the private state besides the identity:
//
//	member          written by                              used by the plan for
//	readAtKey       Read, Create, Update                    the comparison of dates
//	adoptedKey      ImportState, MoveState; reset by Update new triggers, which do not rotate an adopted key
//	previousOffKey  Read                                    the warnings of a rotation
const (
	// readAtKey has the time at which the key was last read. The CLI plans twice, the second time during the apply, perhaps a
	// day later, and the second plan must equal the first. So a plan compares dates with this time, not with a clock.
	readAtKey = "looked_at"
	// adoptedKey is true for a key that was imported or moved from another resource, until the first apply.
	adoptedKey = "adopted"
	// previousOffKey has the id of the previous key, if it was INACTIVE when it was last read.
	previousOffKey = "previous_inactive"
)
