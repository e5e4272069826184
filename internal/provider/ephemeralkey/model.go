package ephemeralkey

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
)

// model is the run-scoped key in a configuration and as a result. It holds the secret: never format it as a whole.
type model struct {
	UserName       types.String   `tfsdk:"user_name"`
	UserID         types.String   `tfsdk:"user_id"`
	Lifetime       types.String   `tfsdk:"lifetime"`
	Tag            types.String   `tfsdk:"tag"`
	Enabled        types.Bool     `tfsdk:"enabled"`
	AccessKeyID    types.String   `tfsdk:"access_key_id"`
	SecretKey      types.String   `tfsdk:"secret_key"`
	ExpirationDate types.String   `tfsdk:"expiration_date"`
	Timeouts       timeouts.Value `tfsdk:"timeouts"`
}

// unknown returns the name of the first argument that is unknown.
func (m model) unknown() (string, bool) {
	switch {
	case m.Enabled.IsUnknown():
		return "enabled", true
	case m.UserName.IsUnknown():
		return "user_name", true
	case m.UserID.IsUnknown():
		return "user_id", true
	case m.Lifetime.IsUnknown():
		return "lifetime", true
	case m.Tag.IsUnknown():
		return "tag", true
	}
	return "", false
}

// enabled reports whether Open creates a key.
func (m model) enabled() bool { return m.Enabled.IsNull() || m.Enabled.ValueBool() }

// lease returns the lease of the key that the configuration describes. ValidateConfig has checked the lifetime.
func (m model) lease() lease {
	l := lease{Owner: key.Owner{UserName: m.UserName.ValueString()}, Tag: m.Tag.ValueString(), Lifetime: defaultLifetime}
	if id := m.UserID.ValueString(); id != "" {
		l.Owner = key.Owner{UserID: id}
	}
	if d, err := time.ParseDuration(m.Lifetime.ValueString()); err == nil {
		l.Lifetime = d
	}
	return l
}

// withoutKey returns the result without a key.
func (m model) withoutKey() model {
	m.AccessKeyID, m.SecretKey, m.ExpirationDate = types.StringNull(), types.StringNull(), types.StringNull()
	return m
}

// withKey returns the result with a key.
func (m model) withKey(k key.Key) model {
	m.AccessKeyID, m.SecretKey = types.StringValue(k.ID), types.StringValue(k.Secret)
	m.ExpirationDate = isodate.Of(k.Expires).StringValue
	return m
}
