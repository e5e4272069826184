package user

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

// NewShortcut is what a user tells without the framework, in a decided session.
func NewShortcut(s *session.Session) shortcut.Resource {
	r, schema := &Resource{session: s}, resource.SchemaResponse{}
	r.Schema(context.Background(), resource.SchemaRequest{}, &schema)
	return &shortcut.For[model, credential.User]{
		Fields: &userFields, Schema: schema.Schema, Within: within, Find: r.find, Is: r.is, Plans: plans,
	}
}

// is reports whether a user is as its state says, with nothing to be told.
func (r *Resource) is(state model, user credential.User) bool {
	return userFields.Equal(state.read(user), state) && r.session.Keeper.ClockOff() == 0
}

// look finds the user of a state, once in a request.
func (r *Resource) look(ctx context.Context, state model) (credential.User, error) {
	return shortcut.Looked(ctx, func() (credential.User, error) { return r.find(ctx, state) })
}

// find reads the user of a state.
func (r *Resource) find(ctx context.Context, state model) (credential.User, error) {
	return r.session.Keeper.ReadUser(ctx, state.ID.ValueString())
}

// within is the time that reading may take.
func within(ctx context.Context, state model) (time.Duration, diag.Diagnostics) {
	return state.Timeouts.Read(ctx, readTimeout)
}

// plans knows of one thing that could change a user of which the CLI sees no change: the schema's default.
func plans(config, state model) bool {
	return !config.Path.IsNull() || state.Path.ValueString() == defaultPath
}
