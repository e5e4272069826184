// Package ephemeralkey is the ephemeral resource outscale_access_key: an access key that lives as long as the run.
package ephemeralkey

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Resource is the run-scoped outscale_access_key: created at Open, renewed while the run lasts, deleted at Close. API
// actions: CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ReadAccessKeys for a renewal, and ReadUsers where the owner is
// named by its id.
//
// GOTCHA: Close is not called when something that uses the key fails, nor after Ctrl-C. Every key is therefore tracked from
// the moment it exists, and has an expiry in the very call that creates it.
type Resource struct {
	base.EphemeralBase
}

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*Resource)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*Resource)(nil)
	_ ephemeral.EphemeralResourceWithRenew          = (*Resource)(nil)
	_ ephemeral.EphemeralResourceWithClose          = (*Resource)(nil)
)

const (
	// renewTimeout and revokeTimeout bound what the user cannot set: the run waits for both.
	renewTimeout  = time.Minute
	revokeTimeout = time.Minute
	// lastRenewal is how much life a key must have left for a failed renewal to be tried again.
	lastRenewal = 2 * time.Minute
)

var atLifetime = path.Root("lifetime")

// The summaries of the errors.
const (
	notOpened  = "Access key not opened"
	notRenewed = "Access key not renewed"
	notClosed  = "Access key not closed"
)

// New returns the ephemeral resource.
func New() ephemeral.EphemeralResource { return &Resource{base.NewEphemeral("access_key")} }

// ValidateConfig refuses a tag that is reserved, and a lifetime that is none or out of bounds.
func (r *Resource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	resp.Diagnostics.Append(keyattr.RefuseMarker(m.Tag, nil)...)
	if m.Lifetime.IsNull() || m.Lifetime.IsUnknown() {
		return
	}
	if d, err := time.ParseDuration(m.Lifetime.ValueString()); err != nil || d < shortestLifetime || d > longestLifetime {
		resp.Diagnostics.AddAttributeError(atLifetime, "Lifetime not usable", fmt.Sprintf(
			"`lifetime` is %s and must be a time from 10m to 24h, such as 30m or 1h30m.\n\nLeave the argument out for 1h.", text.Quote(m.Lifetime.ValueString())))
	}
}

// Open creates a key, or none where none is wanted.
//
// GOTCHA: a result must be known, so that an unknown provider block or argument is an error where the CLI does not wait by
// itself. Both CLIs wait for arguments; no released one lets a provider say that it waits.
func (r *Resource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || r.deferred(ctx, m, req, resp) {
		return
	}
	work, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notOpened, m.Timeouts.Open, base.CreateTimeout)
	if !ok {
		return
	}
	defer end()
	keyattr.RefuseLifetime(work, r.Data, atLifetime, m.lease().Lifetime, notOpened, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created, l := r.create(ctx, work, m.lease(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	l.write(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m.withKey(created))...)
	if resp.Diagnostics.HasError() {
		r.undo(ctx, l, &resp.Diagnostics)
		return
	}
	// The CLI waits by this machine's clock.
	resp.RenewAt = r.Data.Clock.Local(r.Data.Now().Add(l.Lifetime / 2))
}

// deferred answers a request for which no key is created: because none is wanted, or because a value is unknown.
func (r *Resource) deferred(ctx context.Context, m model, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) bool {
	name, unknown := m.unknown()
	switch {
	case !unknown && !m.enabled():
		resp.Diagnostics.Append(resp.Result.Set(ctx, m.withoutKey())...)
	case unknown && req.ClientCapabilities.DeferralAllowed:
		resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonEphemeralResourceConfigUnknown}
	case unknown:
		resp.Diagnostics.AddError(notOpened, fmt.Sprintf("`%s` is known only after apply. First apply what it depends on (with `-target`).", name))
	case r.Data.Unknown() && req.ClientCapabilities.DeferralAllowed:
		resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonProviderConfigUnknown}
	default:
		return false
	}
	return true
}

// create creates the key, and revokes it again when it is not as asked, or when ctx, the request, has ended. work is ctx
// with the timeout of the creation.
func (r *Resource) create(ctx, work context.Context, l lease, diags *diag.Diagnostics) (key.Key, lease) {
	r.Data.WarnOrphansOfRun(work, l.Owner, diags)
	created, err := r.Data.Keys.Create(work, l.toSpec(r.Data.Now()), key.CreateOptions{Abandoned: r.Data.Tracker.Abandoned})
	if created.Key.ID != "" {
		l = l.withKey(created.Key)
		r.Data.Tracker.Add(l.runKey(r.Data.Keys))
	}
	diag.AddWarnings(diags, created.Warnings)
	tried := "Creating a run-scoped access key for " + diag.OwnerText(l.Owner.UserName, l.Owner.UserID)
	switch {
	case err != nil:
		addOpenError(diags, tried, l.Owner, err)
	case ctx.Err() != nil:
		diags.AddError(notOpened, tried+" was interrupted.")
	default:
		return created.Key, l
	}
	if created.Key.ID != "" {
		r.undo(ctx, l, diags)
	}
	return key.Key{}, l
}

// addOpenError appends the error of a creation. Of a key that was created and not finished, the cause is reported: the key is
// removed again.
func addOpenError(diags *diag.Diagnostics, tried string, owner key.Owner, err error) {
	var incomplete *key.IncompleteError
	switch {
	case errors.As(err, &incomplete) && incomplete.Err != nil:
		diag.AddKeyError(diags, notOpened, tried+" was begun, and finishing it", incomplete.Err)
	case domain.IsUserGone(err) && owner.UserName != "":
		diag.AddMore(diags, notOpened, tried, err, "If the same run creates the user, the key is asked for before the user exists: write `user_id = outscale_user.NAME.user_id`, "+
			"which is unknown until then, or `enabled = terraform.applying`.")
	default:
		diag.AddKeyError(diags, notOpened, tried, err)
	}
}

// undo revokes a key that is not given out. What it cannot revoke stays in the tracker, for the end of the process.
func (r *Resource) undo(ctx context.Context, l lease, diags *diag.Diagnostics) {
	if err := r.revoke(ctx, r.latest(l)); err != nil {
		diag.Add(diags, notClosed, "Deleting "+l.describe()+" again", err)
		return
	}
	diags.AddWarning("Access key deleted again: "+l.ID, "Access key "+l.ID+" had been created already. It is deleted; nobody has its secret.")
}

// revoke deletes the key, whether or not the run was interrupted, and removes it from the tracker.
func (r *Resource) revoke(ctx context.Context, k orphan.RunKey) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	if err := k.Keys.Revoke(ctx, k.Owner, k.Key); err != nil {
		return err
	}
	r.Data.Tracker.Remove(k.Key.ID)
	return nil
}

// latest is what is known of a key: the tracker has what a renewal changed, private data only what Open knew.
//
// GOTCHA: under a debugger one process serves every provider block, and Data is that of the block that was configured last.
// The tracker has the service that created the key.
func (r *Resource) latest(l lease) orphan.RunKey {
	if k, found := r.Data.Tracker.Get(l.ID); found {
		return k
	}
	return l.runKey(r.Data.Keys)
}

// opened returns the key that Open stored in the private data; found is false when it created none, or when nothing can be
// done with it.
func (r *Resource) opened(ctx context.Context, private base.PrivateState, summary string, diags *diag.Diagnostics) (l lease, k orphan.RunKey, found bool) {
	if l, found = readLease(ctx, private, diags); !found {
		return l, k, false
	}
	if k, found = r.Data.Tracker.Get(l.ID); !found && !r.Data.Ready(diags, summary) {
		return l, k, false
	}
	return l, r.latest(l), true
}

// Renew moves the expiry while the run lasts. The key stays the same: Terraform gives Close what Open stored. A renewal that
// fails is tried again while there is time, because the key is still valid.
func (r *Resource) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	l, k, found := r.opened(ctx, req.Private, notRenewed, &resp.Diagnostics)
	if !found {
		return
	}
	keys, ok := k.Keys.(providerdata.Keys)
	if !ok {
		keys = r.Data.Keys
	}
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	defer r.Data.WarnClock(&resp.Diagnostics)
	renewed, err := keys.Update(ctx, k.Key, l.toSpec(r.Data.Now()))
	now := r.Data.Now()
	if err == nil {
		r.Data.Tracker.Add(l.withKey(renewed).runKey(keys))
		resp.RenewAt = r.Data.Clock.Local(now.Add(l.Lifetime / 2))
		return
	}
	failed := diag.Error(notRenewed, "Moving the expiry of "+l.describe(), err)
	left := k.Key.Expires.Sub(now)
	if domain.IsGone(err) || left < lastRenewal {
		resp.Diagnostics.Append(failed)
		return
	}
	resp.RenewAt = r.Data.Clock.Local(now.Add(left / 2))
	resp.Diagnostics.AddWarning(failed.Summary()+": "+l.ID, failed.Detail()+"\n\nIt is valid until "+isodate.Format(*k.Key.Expires)+"; the renewal is tried again before.")
}

// Close deletes the key. One that cannot be deleted now is tried once more when the provider ends.
func (r *Resource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	l, k, found := r.opened(ctx, req.Private, notClosed, &resp.Diagnostics)
	if !found {
		return
	}
	defer r.Data.WarnClock(&resp.Diagnostics)
	if err := r.revoke(ctx, k); err != nil {
		diag.AddMore(&resp.Diagnostics, notClosed, "Deleting "+l.describe(), err, "It is tried once more when the provider ends. "+
			"The key expires on "+isodate.Format(*k.Key.Expires)+" at the latest.")
	}
}
