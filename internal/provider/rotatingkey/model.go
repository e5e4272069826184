package rotatingkey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/rotation"
)

// model is the resource in a configuration, a plan and a state. What is not about the pair of keys is about the current
// one. It holds the secret: never format it as a whole.
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

// key is the attributes of every key; nil for none.
func (m *model) key() *keyattr.Key {
	if m == nil {
		return nil
	}
	return &m.Key
}

// toPair converts the pair of keys that a state has. identity is what its private state has.
func (m model) toPair(identity key.Identity) rotation.Pair {
	return rotation.Pair{Current: m.ToKey(identity), Previous: key.Key{
		ID: m.PreviousAccessKeyID.ValueString(), UserName: m.UserName.ValueString(),
		Expires: isodate.At(m.PreviousExpirationDate), Identity: identity,
	}}
}

// toSpec is what a plan whose durations are known asks of the next key.
func (m model) toSpec() rotation.Spec {
	lifetime, _ := m.Lifetime.Meaning()
	overlap, _ := m.RotateBefore.Meaning()
	return rotation.Spec{Owner: m.Owner(), Tag: m.Tag.ValueString(), Lifetime: lifetime, Overlap: overlap}
}

// window is when the current key is to be replaced for its age; false where it never is, or where that is unknown.
func (m model) window() (time.Time, bool) {
	expires, dated := m.ExpirationDate.Meaning()
	before, known := m.RotateBefore.Meaning()
	return expires.Add(-before), dated && known
}

// unusable reports that the current key cannot be used, whatever its dates say: it is gone, or somebody deactivated it.
func (m model) unusable() bool { return m.State.ValueString() != string(key.Active) }

// withWindow sets what follows from the expiry of the current key and the length of the window.
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

// withCurrent takes over what the API has of the current key. A key without an ID is gone: what is known of it stays,
// because its place is kept for the next one.
func (m model) withCurrent(found key.Key, now time.Time) model {
	if found.ID == "" {
		m.State = types.StringNull()
	} else {
		m.Key = m.WithKey(found)
	}
	return m.withWindow(now)
}

// withPrevious takes over what the API has of the key before the current one; none without an ID.
func (m model) withPrevious(found key.Key) model {
	m.PreviousAccessKeyID = keyattr.TextOrNull(found.ID)
	m.PreviousExpirationDate = isodate.Keep(m.PreviousExpirationDate, found.Expires)
	return m
}

// withRotated is the state after a rotation created a new current key, its secret in clear. complete says that all went as
// planned: then the planned values stand (see withPlanned in accesskey).
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

// The members of the private state besides the identity.
const (
	// readAtKey is the moment at which the key was last read. A plan is made twice: once to be shown, and again when it is
	// applied, in another process and maybe a day later, which knows the API's clock only after its first call. Both must be
	// the same, or the CLI refuses the second. Therefore a plan goes by this moment and never by a clock. What counts from
	// now is computed by apply.
	readAtKey = "looked_at"
	// adoptedKey is set for a key that was imported or moved from another resource, until the first apply.
	adoptedKey = "adopted"
	// previousOffKey has the id of the previous key, if it was INACTIVE when it was last read.
	previousOffKey = "previous_inactive"
)

func writeReadAt(ctx context.Context, private base.PrivateState, now time.Time, diags *diag.Diagnostics) {
	text, _ := json.Marshal(now.UTC()) // it cannot fail for a year of four digits
	diags.Append(private.SetKey(ctx, readAtKey, text)...)
}

// readAt is the moment at which the key was last read; false where none is recorded, as for a key that is not created yet.
func readAt(ctx context.Context, private base.PrivateState) (at time.Time, recorded bool) {
	text, diags := private.GetKey(ctx, readAtKey)
	recorded = !diags.HasError() && text != nil && json.Unmarshal(text, &at) == nil
	return at, recorded
}

func writeAdopted(ctx context.Context, private base.PrivateState, adopted bool, diags *diag.Diagnostics) {
	if adopted != isAdopted(ctx, private) {
		text, _ := json.Marshal(adopted) // a bool cannot fail
		diags.Append(private.SetKey(ctx, adoptedKey, text)...)
	}
}

func writePreviousOff(ctx context.Context, private base.PrivateState, previous key.Key, diags *diag.Diagnostics) {
	id := ""
	if previous.State == key.Inactive {
		id = previous.ID
	}
	if id != previousOff(ctx, private) {
		text, _ := json.Marshal(id) // a string cannot fail
		diags.Append(private.SetKey(ctx, previousOffKey, text)...)
	}
}

// previousOff returns the id of the previous key, if it was INACTIVE when it was last read.
func previousOff(ctx context.Context, private base.PrivateState) (id string) {
	text, _ := private.GetKey(ctx, previousOffKey)
	_ = json.Unmarshal(text, &id) // "" if it is not recorded
	return id
}

func isAdopted(ctx context.Context, private base.PrivateState) (adopted bool) {
	text, _ := private.GetKey(ctx, adoptedKey)
	return json.Unmarshal(text, &adopted) == nil && adopted
}
