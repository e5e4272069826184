package accesskey

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// Ephemeral is the run-scoped outscale_access_key: made at Open, its expiry moved on while the run lasts, deleted at
// Close. API actions: CreateAccessKey, UpdateAccessKey, DeleteAccessKey, ReadAccessKeys for a renewal, and ReadUsers
// where the owner is named by its id.
//
// GOTCHA: Close is not called when something that uses the key fails, nor after Ctrl-C. Every key is therefore on the
// list of opened keys from the moment it exists, and has an expiry in the very call that makes it.
type Ephemeral struct {
	session *session.Session
}

var (
	_ ephemeral.EphemeralResourceWithConfigure = (*Ephemeral)(nil)
	_ ephemeral.EphemeralResourceWithRenew     = (*Ephemeral)(nil)
	_ ephemeral.EphemeralResourceWithClose     = (*Ephemeral)(nil)
)

const (
	// renewTimeout and revokeTimeout bound what the user cannot set: the run waits for both.
	renewTimeout  = time.Minute
	revokeTimeout = time.Minute
	// lastRenewal is how much life a key must have left for a failed renewal to be tried again.
	lastRenewal = 2 * time.Minute
)

// Summaries of the errors.
const (
	notOpened  = "Access key not opened"
	notRenewed = "Access key not renewed"
	notClosed  = "Access key not closed"
)

// NewEphemeral returns the ephemeral resource.
func NewEphemeral() ephemeral.EphemeralResource { return &Ephemeral{} }

// Metadata names the ephemeral resource.
func (e *Ephemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_key"
}

// Configure takes the session.
func (e *Ephemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Open makes a key, or none where none is wanted.
//
// GOTCHA: a result must be known, so that an unknown provider block or argument ends in an error where the CLI does not
// wait by itself. Both CLIs wait for arguments; none that is released yet lets a provider say that it waits.
func (e *Ephemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	name, unknown := m.unknown()
	switch {
	case !unknown && !m.wanted():
		resp.Diagnostics.Append(resp.Result.Set(ctx, m.none())...)
		return
	case unknown && req.ClientCapabilities.DeferralAllowed:
		resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonEphemeralResourceConfigUnknown}
		return
	case unknown:
		resp.Diagnostics.AddError(notOpened, fmt.Sprintf("`%s` comes from something that is only known after apply. Apply that first (with `-target`).", name))
		return
	case e.session.Undecided() && req.ClientCapabilities.DeferralAllowed:
		resp.Deferred = &ephemeral.Deferred{Reason: ephemeral.DeferredReasonProviderConfigUnknown}
		return
	case !e.session.Ready(&resp.Diagnostics, notOpened):
		return
	}
	timeout, diags := m.Timeouts.Open(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	refuseLifetime(ctx, e.session, path.Root("lifetime"), m.lease().Lifetime, notOpened, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	done, ok := e.session.Opened.Begin()
	if !ok {
		resp.Diagnostics.AddError(notOpened, "The run is ending. Run again.")
		return
	}
	defer done()
	defer e.session.WarnClock(&resp.Diagnostics)
	key, l := e.open(ctx, m.lease(), timeout, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(l.write(ctx, resp.Private)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m.with(key))...)
	if resp.Diagnostics.HasError() {
		e.undo(ctx, l, &resp.Diagnostics)
		return
	}
	// The CLI waits by this machine's clock.
	resp.RenewAt = e.session.Keeper.Local(e.session.Now().Add(l.Lifetime / 2))
}

// open makes the key, and revokes it again when it is not as asked, or when nobody waits for it any more.
func (e *Ephemeral) open(ctx context.Context, l lease, timeout time.Duration, diags *diag.Diagnostics) (credential.Key, lease) {
	work, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	warn(diags, e.session.Keeper.LookForLeftovers(work, l.Owner))
	key, notices, err := e.session.Keeper.Create(work, l.wish(e.session.Now()))
	if key.ID != "" {
		l = l.of(key)
		e.session.Opened.Put(l.opened(e.session.Keeper))
	}
	tried := "Making a run-scoped access key for " + l.Owner.String()
	var unfinished *credential.UnfinishedError
	switch {
	case key.ID != "" && errors.As(err, &unfinished):
		// What was asked for did not come about, and what helps then is said of the call that failed.
		why := unfinished.Err
		if why == nil {
			why = errors.New(unfinished.Error())
		}
		addFailure(diags, notOpened, tried+" was begun, and finishing it", why)
		e.undo(ctx, l, diags)
	case err != nil:
		addFailure(diags, notOpened, tried, err)
		if key.ID != "" {
			e.undo(ctx, l, diags)
		}
	case ctx.Err() != nil:
		diags.AddError(notOpened, tried+" was interrupted.")
		e.undo(ctx, l, diags)
	case len(notices) > 0:
		diags.AddWarning(notices[0].Summary, fmt.Sprintf("Access key %s works, but its tag is still %q. The next renewal sets the tag.", key.ID, key.Tag))
	}
	return key, l
}

// undo revokes a key that is not handed out. What it cannot revoke stays on the list, for the end of the process.
func (e *Ephemeral) undo(ctx context.Context, l lease, diags *diag.Diagnostics) {
	if err := e.revoke(ctx, e.latest(l)); err != nil {
		diagnose.Add(diags, notClosed, "Deleting "+l.text()+" again", err)
		return
	}
	diags.AddWarning("Access key deleted again", "Access key "+l.ID+" had been made already. It is deleted; nobody has its secret.")
}

// revoke deletes the key, whatever became of the run, and takes it off the list.
func (e *Ephemeral) revoke(ctx context.Context, k opened.Key) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeTimeout)
	defer cancel()
	if err := k.Keeper.Revoke(ctx, k.Owner, k.Key); err != nil {
		return err
	}
	e.session.Opened.Remove(k.Key.ID)
	return nil
}

// latest is what is known of a key: the list has what a renewal changed, private data only what Open knew.
//
// GOTCHA: under a debugger one process serves every provider block, and the session is that of the block that was
// configured last. The list has the keeper that made the key.
func (e *Ephemeral) latest(l lease) opened.Key {
	if k, found := e.session.Opened.Get(l.ID); found {
		return k
	}
	return l.opened(e.session.Keeper)
}

// reach returns the key that Open kept in the private data; found is false when it made none, or when nothing can be done
// for it.
func (e *Ephemeral) reach(ctx context.Context, p private, summary string, diags *diag.Diagnostics) (l lease, k opened.Key, found bool) {
	if l, found = readLease(ctx, p, diags); !found {
		return l, k, false
	}
	k = e.latest(l)
	return l, k, k.Keeper != nil || e.session.Ready(diags, summary)
}

// Renew moves the expiry on while the run lasts. The key stays the same: Terraform hands Close what Open knew. A renewal
// that fails is tried again while there is time, because the key is still good.
func (e *Ephemeral) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	l, k, found := e.reach(ctx, req.Private, notRenewed, &resp.Diagnostics)
	if !found {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	key, err := k.Keeper.Update(ctx, k.Key, l.wish(k.Keeper.Now()))
	now := k.Keeper.Now()
	if err == nil {
		e.session.Opened.Put(l.of(key).opened(k.Keeper))
		resp.RenewAt = k.Keeper.Local(now.Add(l.Lifetime / 2))
		return
	}
	told := diagnose.Error(notRenewed, "Moving the expiry of "+l.text(), err)
	_, gone := diagnose.Gone(err)
	left := k.Key.Expires.Sub(now)
	if gone || left < lastRenewal {
		resp.Diagnostics.Append(told)
		return
	}
	resp.RenewAt = k.Keeper.Local(now.Add(left / 2))
	resp.Diagnostics.AddWarning(told.Summary(), told.Detail()+"\n\nIt is good until "+isodate.Format(*k.Key.Expires)+"; the renewal is tried again before.")
}

// Close deletes the key. One that cannot be deleted now is tried once more when the provider ends.
func (e *Ephemeral) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	l, k, found := e.reach(ctx, req.Private, notClosed, &resp.Diagnostics)
	if !found {
		return
	}
	if err := e.revoke(ctx, k); err != nil {
		told := diagnose.Error(notClosed, "Deleting "+l.text(), err)
		resp.Diagnostics.AddError(told.Summary(), told.Detail()+"\n\nIt is tried once more when the provider ends. "+
			"The key expires on "+isodate.Format(*k.Key.Expires)+" at the latest.")
	}
}
