package accesskey

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Model is the resource in a configuration, a plan and a state. It holds the secret: never format it as a whole. It is
// exported because rotatingkey adopts a key from its state.
type Model struct {
	keyattr.Key
	Expired              types.Bool    `tfsdk:"expired"`
	LastModificationDate isodate.Value `tfsdk:"last_modification_date"`
}

var codec base.Codec[Model]

// key returns the attributes of every key, nil for a nil model.
func (m *Model) key() *keyattr.Key {
	if m == nil {
		return nil
	}
	return &m.Key
}

// toSpec returns the spec of a planned creation or change. It has a state only if the plan changes it; prior is the state
// before. Otherwise the plan repeats the state of the last refresh, which could activate a key that somebody has deactivated
// since.
func (m Model) toSpec(prior types.String) key.Spec {
	spec := key.Spec{Owner: m.Owner(), Expires: isodate.At(m.ExpirationDate), Tag: m.Tag.ValueString()}
	if !m.State.Equal(prior) {
		spec.State = key.State(m.State.ValueString())
	}
	return spec
}

// Found returns the state of a key after an import.
func Found(k key.Key, now time.Time) Model {
	var m Model
	m.UserName, m.UserID = keyattr.TextOrNull(k.UserName), keyattr.TextOrNull(k.Identity.UserID)
	return m.withKey(k, now)
}

// withKey sets the attributes to those of the API's key.
func (m Model) withKey(found key.Key, now time.Time) Model {
	m.Key = m.WithKey(found)
	m.Expired = types.BoolValue(found.Expired(now))
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &found.Modified)
	return m
}

// withPlanned sets the planned values after a creation or a change that succeeded. They differ from those of the API in two
// cases, which the next refresh finds:
//   - The tag of a new key is still the marker, which was a warning. The next apply sets the tag.
//   - Somebody deactivated the key during the apply. It stays INACTIVE.
func (m Model) withPlanned(plan Model) Model {
	m.Tag, m.ExpirationDate = plan.Tag, plan.ExpirationDate
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

// noState is the prior state of a creation, for toSpec.
var noState = types.StringUnknown()
