// Package ephemeralkey has the ephemeral resource outscale_access_key: an access key for one run.
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

// Resource is the ephemeral outscale_access_key. Open creates the key, Renew moves its expiry while the run lasts, and Close
// deletes it. API actions: CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ReadAccessKeys for a renewal, and ReadUsers if
// the owner is named by its id.
//
// GOTCHA: the CLI does not call Close if something that uses the key fails, nor after Ctrl-C. So each key is created with an
// expiry, and the tracker has it as soon as it exists.
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
	// renewTimeout and revokeTimeout are time limits that the user cannot set. The run waits for both operations.
	renewTimeout  = time.Minute
	revokeTimeout = time.Minute
	// lastRenewal is the remaining lifetime of a key below which a failed renewal is not repeated.
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

// ValidateConfig refuses a reserved tag and an invalid lifetime.
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

// Open creates a key, unless `enabled` is false.
//
// GOTCHA: the result must be known, so an unknown provider block or argument is an error. Both CLIs call Open only when the
// arguments are known. The protocol lets a provider defer Open, but no released CLI allows it.
func (r *Resource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || r.deferred(ctx, m, req, resp) {
		return
	}
	work, end, ok := r.BeginChange(ctx, &resp.Diagnostics, notOpened, base.FromBlock("open", "", m.Timeouts.Open, base.ChangeTimeout))
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
	resp.RenewAt = r.Data.Clock().Local(r.Data.Now().Add(l.Lifetime / 2))
}

// deferred reports whether Open must not create a key, because `enabled` is false or a value is unknown, and sets the answer.
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

// create creates the key. It revokes the key if the creation was not completed, or if ctx, the context of the request, has
// ended. work is ctx with the timeout of the creation.
func (r *Resource) create(ctx, work context.Context, l lease, diags *diag.Diagnostics) (key.Key, lease) {
	r.Data.WarnOrphansOfRun(work, l.Owner, diags)
	created, err := r.Data.Keys.Create(work, l.toSpec(r.Data.Now()), key.CreateOptions{Abandoned: r.Data.Tracker.Abandoned})
	if created.Key.ID != "" {
		l = l.withKey(created.Key)
		r.Data.Tracker.Add(l.runKey(r.Data.Keys))
	}
	diag.AddWarnings(diags, created.Warnings)
	tried := "Creating an access key for " + diag.OwnerText(l.Owner.UserName, l.Owner.UserID)
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

// addOpenError appends the error of a creation. For a key that was created but not finished it appends only the cause, because
// the key is revoked.
func addOpenError(diags *diag.Diagnostics, tried string, owner key.Owner, err error) {
	var incomplete *key.IncompleteError
	switch {
	case errors.As(err, &incomplete) && incomplete.Err != nil:
		diag.AddKeyError(diags, notOpened, "Finishing the new access key for "+diag.OwnerText(owner.UserName, owner.UserID), incomplete.Err)
	case domain.IsUserGone(err) && owner.UserName != "":
		diag.AddWithAdvice(diags, notOpened, tried, err, "If the same run creates the user, the CLI opens the key before the user exists: use `user_id = outscale_user.NAME.user_id`, "+
			"which is unknown until then, or `enabled = terraform.applying`.")
	default:
		diag.AddKeyCreationError(diags, notOpened, tried, err)
	}
}

// undo revokes a key that Open does not return. If that fails, the key stays in the tracker, and the reaper tries again.
func (r *Resource) undo(ctx context.Context, l lease, diags *diag.Diagnostics) {
	if err := r.revoke(ctx, r.latest(l)); err != nil {
		diag.Add(diags, notClosed, "Deleting "+l.describe(), err)
		return
	}
	diags.AddWarning("Access key created and deleted: "+l.ID, "Access key "+l.ID+" had already been created. It was deleted, and nobody has its secret.")
}

// revoke deletes the key, even if the run was interrupted, and removes it from the tracker.
func (r *Resource) revoke(ctx context.Context, k orphan.RunKey) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	if err := k.Keys.Revoke(ctx, k.Owner, k.Key); err != nil {
		return err
	}
	r.Data.Tracker.Remove(k.Key.ID)
	return nil
}

// latest returns the key as last known. The tracker has the changes of renewals; the private data has the key as Open created
// it.
//
// GOTCHA: under a debugger one process serves all provider blocks, and Data is that of the block that was configured last. The
// tracker has the service that created the key.
func (r *Resource) latest(l lease) orphan.RunKey {
	if k, found := r.Data.Tracker.Get(l.ID); found {
		return k
	}
	return l.runKey(r.Data.Keys)
}

// opened returns the key that Open stored in the private data. found is false if Open created none, or if the provider is
// unknown and the tracker does not have the key.
func (r *Resource) opened(ctx context.Context, private base.PrivateState, summary string, diags *diag.Diagnostics) (l lease, k orphan.RunKey, found bool) {
	if l, found = readLease(ctx, private, diags); !found {
		return l, k, false
	}
	if k, found = r.Data.Tracker.Get(l.ID); !found && !r.Data.Ready(diags, summary) {
		return l, k, false
	}
	return l, r.latest(l), true
}

// Renew moves the expiry of the key while the run lasts. It cannot replace the key, because the CLI passes to Close what Open
// stored. If a renewal fails and there is time before the expiry, the CLI calls Renew again.
//
// Renew first reads the key. If somebody ended it, Renew leaves it as it is, and the CLI does not call Renew again.
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
	renewed, err := keys.Reload(ctx, k.Owner, k.Key)
	if err == nil {
		if why := whyNotRenewed(renewed, *k.Key.Expires, r.Data.Now()); why != "" {
			r.Data.Tracker.Add(l.withKey(renewed).runKey(keys))
			resp.Diagnostics.AddWarning(notRenewed+": "+l.ID, "The "+l.describe()+" "+why+
				" The provider leaves the key as it is, so what uses it may fail, and deletes it at the end of the run.")
			return
		}
		want := l.toSpec(r.Data.Now())
		want.State = renewed.State
		renewed, err = keys.Update(ctx, renewed, want)
	}
	now := r.Data.Now()
	if err == nil {
		r.Data.Tracker.Add(l.withKey(renewed).runKey(keys))
		resp.RenewAt = r.Data.Clock().Local(now.Add(l.Lifetime / 2))
		return
	}
	failed := diag.Error(notRenewed, "Moving the expiry of "+l.describe(), err)
	left := k.Key.Expires.Sub(now)
	if domain.IsGone(err) || left < lastRenewal {
		resp.Diagnostics.Append(failed)
		return
	}
	resp.RenewAt = r.Data.Clock().Local(now.Add(left / 2))
	resp.Diagnostics.AddWarning(failed.Summary()+": "+l.ID, failed.Detail()+"\n\nThe key is valid until "+isodate.Format(*k.Key.Expires)+", and the renewal is tried again before that.")
}

// Close deletes the key. If that fails, the reaper tries once more when the provider ends.
func (r *Resource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	l, k, found := r.opened(ctx, req.Private, notClosed, &resp.Diagnostics)
	if !found {
		return
	}
	defer r.Data.WarnClock(&resp.Diagnostics)
	if err := r.revoke(ctx, k); err != nil {
		diag.AddWithAdvice(&resp.Diagnostics, notClosed, "Deleting "+l.describe(), err, "It is tried once more when the provider ends. "+
			"The key expires on "+isodate.Format(*k.Key.Expires)+" at the latest.")
	}
}
