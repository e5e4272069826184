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
// exported because a pair of keys can be made from its state.
type Model struct {
	keyattr.Key
	Expired              types.Bool    `tfsdk:"expired"`
	LastModificationDate isodate.Value `tfsdk:"last_modification_date"`
}

var codec base.Codec[Model]

// key is the attributes of every key; nil for none.
func (m *Model) key() *keyattr.Key {
	if m == nil {
		return nil
	}
	return &m.Key
}

// toSpec is what a planned creation or change asks of the key.
//
// The state is sent only where the plan changes it, prior being the state before. Otherwise the plan repeats the state that
// was seen last, and to send that again would reactivate a key that somebody deactivated since.
func (m Model) toSpec(prior types.String) key.Spec {
	spec := key.Spec{Owner: m.Owner(), Expires: isodate.At(m.ExpirationDate), Tag: m.Tag.ValueString()}
	if !m.State.Equal(prior) {
		spec.State = key.State(m.State.ValueString())
	}
	return spec
}

// Found is the state that a key has after an import.
func Found(k key.Key, now time.Time) Model {
	var m Model
	m.UserName, m.UserID = keyattr.TextOrNull(k.UserName), keyattr.TextOrNull(k.Identity.UserID)
	return m.withKey(k, now)
}

// withKey takes over what the API has.
func (m Model) withKey(found key.Key, now time.Time) Model {
	m.Key = m.WithKey(found)
	m.Expired = types.BoolValue(found.Expired(now))
	m.LastModificationDate = isodate.Keep(m.LastModificationDate, &found.Modified)
	return m
}

// withPlanned returns the result of a creation or a change that succeeded, with the values that the plan announced. They
// differ in two cases:
//   - the tag of a new key is still the marker, which is a warning. The state has the planned tag, the next refresh sees
//     the marker, and the next apply sets the tag.
//   - somebody deactivated the key during the apply. It is left INACTIVE, and the next refresh sees it.
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

// noState is the state before a creation.
var noState = types.StringUnknown()
