// Package providerdata has the Data that the configured provider passes to its resources, data sources and ephemeral
// resources: the services of the domain, and what a run remembers.
package providerdata

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// Data is one configured provider. If an argument of the provider block that decides the credential or the endpoint is
// unknown, the provider is unknown: Data has no services and makes no calls, because any other credential could be that of
// another account.
type Data struct {
	Services                      // zero if the provider is unknown
	Clock     func() domain.Clock // the clocks of this machine and of the API
	Signer    string              // the id of the access key that signs; "" for a login, or if the provider is unknown
	Endpoint  string              // the address of the API; "" if the provider is unknown
	Tracker   *orphan.Tracker     // the run-scoped keys and the changes of this process
	Orphans   *orphan.Recorder    // the journal of this machine
	Requests  *Requests           // the CLI's requests that are under way
	Accounts  AccountRule         // the accounts that the provider may work on
	Memory    Memory              // results of the refresh for the plan
	unknown   []string            // the unknown arguments; nil = the provider is configured
	refresh   sync.Once           // the warning that the state is not refreshed
	accountID sync.Once           // AccountID has read the id
	offClock  sync.Once           // the warning about the clock
	changing  atomic.Bool         // a change has begun
	refreshed atomic.Bool         // an object of the state was read
	orphans   orphanWarnings      // the warnings about keys that may exist without a state
}

// AccountRule is `allowed_account_ids` or `forbidden_account_ids` of the provider block. The zero rule allows all.
type AccountRule struct{ Allowed, Forbidden []string }

// Options are the parts of Data that an unknown provider has too. Each is optional.
type Options struct {
	Tracker  *orphan.Tracker
	Orphans  *orphan.Recorder
	Requests *Requests
	Accounts AccountRule
}

// Configured returns the data of a configured provider.
func Configured(services Services, clock func() domain.Clock, endpoint string, opts Options) *Data {
	d := newData(clock, opts)
	d.Services, d.Endpoint = services, endpoint
	return d
}

// Unknown returns the data of a provider for which these arguments of its block are unknown.
func Unknown(arguments []string, now func() time.Time, opts Options) *Data {
	d := newData(func() domain.Clock { return domain.Clock{Machine: now(), API: now()} }, opts)
	d.unknown = arguments
	return d
}

func newData(clock func() domain.Clock, opts Options) *Data {
	if opts.Tracker == nil {
		opts.Tracker = orphan.NewTracker()
	}
	if opts.Orphans == nil {
		opts.Orphans = orphan.NewJournal("", func(error) {}).Recorder("")
	}
	return &Data{Clock: clock, Tracker: opts.Tracker, Orphans: opts.Orphans, Requests: opts.Requests, Accounts: opts.Accounts}
}

// From returns the Data of a Configure request. Before the provider is configured (validation), it returns nil and no error.
func From(data any, diags *diag.Diagnostics) *Data {
	if data == nil {
		return nil
	}
	d, ok := data.(*Data)
	if !ok {
		diags.AddError("Provider data not understood",
			fmt.Sprintf("Expected *providerdata.Data, got %T. This is a defect of the provider, please report it.", data))
		return nil
	}
	return d
}

// Unknown reports whether arguments of the provider block are unknown.
func (d *Data) Unknown() bool { return len(d.unknown) > 0 }

// Now returns the time by the API's clock, as far as it is known from answers.
func (d *Data) Now() time.Time { return d.Clock().Now() }

// IdentityOfAccount returns the identity of an object of this account. It makes no call, so the id may be unknown.
func (d *Data) IdentityOfAccount() domain.Identity {
	return domain.Identity{AccountID: d.Account.KnownID()}
}

// AccountID returns the id of the account, to be recorded for an object. It reads the id at most once per run (ReadAccounts).
// It returns "" if the id cannot be read or the provider is unknown.
func (d *Data) AccountID(ctx context.Context) string {
	if d.Unknown() {
		return ""
	}
	if id := d.Account.KnownID(); id != "" {
		return id
	}
	d.accountID.Do(func() {
		ctx, cancel := domain.WithIdentityLimit(ctx)
		defer cancel()
		_, _ = d.Account.ID(ctx) // without the id nothing fails
	})
	return d.Account.KnownID()
}

// Ready reports whether the provider is known, and appends an error if it is not. summary is the summary of the error, such
// as "Access keys not read".
func (d *Data) Ready(diags *diag.Diagnostics, summary string) bool {
	if d.Unknown() {
		diags.Append(diag.ProviderUnknown(summary, d.unknown))
		return false
	}
	return true
}

// BeginChange begins a change, for which the end of the process waits. Call done after the change. If the process is ending,
// BeginChange appends an error and ok is false, because nobody would receive the result.
func (d *Data) BeginChange(diags *diag.Diagnostics, summary string) (done func(), ok bool) {
	if done, ok = d.Tracker.BeginChange(); !ok {
		diags.AddError(summary, "The run is ending. Run again.")
	}
	return done, ok
}

// SetChanging records that a managed resource is being changed, so that this process applies a plan. The CLIs do not tell a
// provider whether it plans or applies.
func (d *Data) SetChanging() { d.changing.Store(true) }

// SetRefreshed records that an object of the state was read, which does not happen with -refresh=false.
func (d *Data) SetRefreshed() { d.refreshed.Store(true) }

// Refreshed reports whether this process has read an object of the state.
func (d *Data) Refreshed() bool { return d.refreshed.Load() }

// WarnNotRefreshed appends, once per run, the warning that the objects in the state are not read.
func (d *Data) WarnNotRefreshed(diags *diag.Diagnostics) {
	d.refresh.Do(func() { diags.Append(diag.NotRefreshed(d.unknown)) })
}

// WarnClock appends, once per run, the warning that this machine's clock differs from the API's by more than the API
// tolerates. The difference is known from answers, so call WarnClock after a call.
func (d *Data) WarnClock(diags *diag.Diagnostics) {
	if clock := d.Clock(); clock.Off() != 0 {
		d.offClock.Do(func() { diags.Append(diag.Clock(clock.Off(), clock.Proven, d.Endpoint)) })
	}
}
