package accesskey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/shortcut"
)

// NewShortcut is what an access key tells without the framework, in a decided session.
func NewShortcut(s *session.Session) shortcut.Resource {
	r, schema := &Resource{session: s}, resource.SchemaResponse{}
	r.Schema(context.Background(), resource.SchemaRequest{}, &schema)
	return &shortcut.For[model, credential.Key]{
		Fields: &keyFields, Schema: schema.Schema, Within: within, Find: r.find, Is: r.is, Plans: r.plans, Takes: takes,
	}
}

// takes is ValidateConfig without its words.
func takes(config model) bool {
	return len(refuseTwoOwners(config)) == 0 && len(refuseRecipients(config.SealTo)) == 0
}

// is reports whether a key is as its state says, with nothing to be told.
func (r *Resource) is(state model, key credential.Key) bool {
	return keyFields.Equal(state.read(key, r.session.Now()), state) &&
		r.session.Keeper.ClockOff() == 0 && !r.session.Keeper.HasLeftovers(state.owner())
}

// look finds the key of a state, once in a request.
func (r *Resource) look(ctx context.Context, state model) (credential.Key, error) {
	return shortcut.Looked(ctx, func() (credential.Key, error) { return r.find(ctx, state) })
}

// find reads the key of a state.
func (r *Resource) find(ctx context.Context, state model) (credential.Key, error) {
	key, err := r.session.Keeper.Read(ctx, state.owner(), state.ID.ValueString())
	if err == nil && key.Expired(r.session.Now()) {
		r.session.NoteExpiry(*key.Expires)
	}
	return key, err
}

// within is the time that reading may take.
func within(ctx context.Context, state model) (time.Duration, diag.Diagnostics) {
	return state.Timeouts.Read(ctx, readTimeout)
}

// plans asks decide. What decide cannot tell without the API, it finds out in the framework's turn.
func (r *Resource) plans(config, state model) bool {
	sure := true
	v := decide(config, &state, r.session.Now(), func(string, string) bool { sure = false; return true }, r.session.SeenExpiry)
	return sure && len(v.diags) == 0 && len(v.replace) == 0 && keyFields.Equal(v.plan, state)
}
