package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

// NewShortcut is what a user tells without the framework, in a decided session.
func NewShortcut(s *session.Session) shortcut.Resource {
	r, schema := &Resource{session: s}, resource.SchemaResponse{}
	r.Schema(context.Background(), resource.SchemaRequest{}, &schema)
	return &shortcut.For[model]{Fields: &userFields, Schema: schema.Schema, Looks: r.looks, Plans: plans}
}

// looks looks at the user as Read does.
func (r *Resource) looks(ctx context.Context, state model) (context.Context, bool) {
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if diags.HasError() {
		return ctx, false
	}
	looking, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	user, err := r.look(looking, state)
	same := err == nil && userFields.Equal(state.read(user), state) && r.session.Keeper.ClockOff() == 0
	return shortcut.Found[credential.User]{Value: user, Err: err}.Remember(ctx), same
}

// look reads the user of a state, once in a request.
func (r *Resource) look(ctx context.Context, state model) (credential.User, error) {
	return shortcut.Looked(ctx, func() (credential.User, error) {
		return r.session.Keeper.ReadUser(ctx, state.ID.ValueString())
	})
}

// plans knows of one thing that could change a user of which the CLI sees no change: the schema's default.
func plans(config, state model) bool {
	return !config.Path.IsNull() || state.Path.ValueString() == defaultPath
}
