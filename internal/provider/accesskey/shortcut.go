package accesskey

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

// NewShortcut is what an access key tells without the framework, in a decided session.
func NewShortcut(s *session.Session) shortcut.Resource {
	r, schema := &Resource{session: s}, resource.SchemaResponse{}
	r.Schema(context.Background(), resource.SchemaRequest{}, &schema)
	return &shortcut.For[model]{Fields: &keyFields, Schema: schema.Schema, Looks: r.looks, Plans: r.plans, Takes: takes}
}

// takes is ValidateConfig without its words.
func takes(config model) bool {
	return len(refuseTwoOwners(config)) == 0 && len(refuseRecipients(config.SealTo)) == 0
}

// looks looks at the key as Read does.
func (r *Resource) looks(ctx context.Context, state model) (context.Context, bool) {
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	if diags.HasError() {
		return ctx, false
	}
	looking, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	key, err := r.look(looking, state)
	same := err == nil && keyFields.Equal(state.read(key, r.session.Now()), state) &&
		r.session.Keeper.ClockOff() == 0 && !r.session.Keeper.HasLeftovers(state.owner())
	return shortcut.Found[credential.Key]{Value: key, Err: err}.Remember(ctx), same
}

// look reads the key of a state, once in a request.
func (r *Resource) look(ctx context.Context, state model) (credential.Key, error) {
	return shortcut.Looked(ctx, func() (credential.Key, error) {
		key, err := r.session.Keeper.Read(ctx, state.owner(), state.ID.ValueString())
		if err == nil && key.Expired(r.session.Now()) {
			r.session.NoteExpiry(*key.Expires)
		}
		return key, err
	})
}

// plans asks decide. What decide cannot tell without the API, it finds out in the framework's turn.
func (r *Resource) plans(config, state model) bool {
	sure := true
	v := decide(config, &state, r.session.Now(), func(string, string) bool { sure = false; return true }, r.session.SeenExpiry)
	return sure && len(v.diags) == 0 && len(v.replace) == 0 && keyFields.Equal(v.plan, state)
}
