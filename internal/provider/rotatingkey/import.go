package rotatingkey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesskey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// ImportState imports a key as the first of a pair, by ACCESS_KEY_ID or USER_NAME/ACCESS_KEY_ID. The API does not have the
// durations, so the state gets values that fit the key. With these a configuration that the CLI generates can be planned; other
// configured values replace them in place.
func (r *Resource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	found, ok := keyattr.Import(ctx, &r.Configured, req, resp)
	if !ok {
		return
	}
	lifetime, before := durationsFor(found, r.Data.Now())
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("lifetime"), duration.Of(lifetime))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("rotate_before"), duration.Of(before))...)
	base.WritePrivate(resp.Private, adoptedKey, true, &resp.Diagnostics)
}

// defaultLifetime is the lifetime of an imported key without an expiry.
const defaultLifetime = 90 * 24 * time.Hour

// durationsFor returns the lifetime of an imported key, and a quarter of it as the window, or less if the window would have
// begun.
func durationsFor(k key.Key, now time.Time) (lifetime, before time.Duration) {
	lifetime = defaultLifetime
	if k.Expires != nil {
		lifetime = max(k.Expires.Sub(k.Created).Round(time.Second), 4*leastWindow)
	}
	before = lifetime / 4
	if k.Expires != nil && k.Expires.After(now) {
		before = min(before, k.Expires.Sub(now)/2)
	}
	return lifetime, max(before.Truncate(time.Second), leastWindow)
}

// MoveState adopts the key of an outscale_access_key of this or of the official provider, with its secret. The CLI then
// refreshes the state.
func (r *Resource) MoveState(ctx context.Context) []resource.StateMover {
	plain := accesskey.Schema(ctx)
	return []resource.StateMover{{
		SourceSchema: &plain,
		StateMover: func(ctx context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			if !base.IsMovedFrom(req, "outscale_access_key") {
				return
			}
			var source accesskey.Model
			resp.Diagnostics.Append(req.SourceState.Get(ctx, &source)...)
			if resp.Diagnostics.HasError() {
				return
			}
			resp.Diagnostics.Append(resp.TargetState.Set(ctx, adopted(source.Key))...)
			base.WritePrivate(resp.TargetPrivate, adoptedKey, true, &resp.Diagnostics)
			base.WriteIdentity(resp.TargetPrivate, base.ReadIdentity(req.SourcePrivate), &resp.Diagnostics)
		},
	}}
}

// adopted returns the pair whose current key is this one.
func adopted(plain keyattr.Key) model {
	return model{
		Key: plain, Lifetime: duration.Null(), RotateBefore: duration.Null(), Triggers: types.MapNull(types.StringType),
		RotatesAfter: isodate.Null(), ReadyToRotate: types.BoolValue(false),
		PreviousAccessKeyID: types.StringNull(), PreviousExpirationDate: isodate.Null(),
	}
}
