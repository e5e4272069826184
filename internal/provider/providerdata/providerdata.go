// Package providerdata has the data that the configured provider passes to its resources, data sources and ephemeral
// resources: the services of the domain, and the memory of a run.
package providerdata

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/orphan"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// Data is one configured provider. While an argument of the provider block that decides the credential or the endpoint is
// unknown, Data has no services and reaches no account, because whatever credential it used instead could be another
// account's.
type Data struct {
	Services                   // zero while the provider is unknown
	Clock     domain.Clock     // the API's clock, or this machine's before the first answer
	Signer    string           // the id of the access key that signs, "" for a login or while the provider is unknown
	Endpoint  string           // the address of the API, "" while the provider is unknown
	Tracker   *orphan.Tracker  // the run-scoped keys and the changes of this process
	Orphans   *orphan.Recorder // the journal of this machine
	Requests  *Requests        // the CLI's requests that are under way
	Accounts  AccountRule      // which accounts the provider may work on
	Memory    Memory           // results of the refresh for the plan
	unknown   []string         // the unknown arguments; nil = the provider is configured
	refresh   sync.Once        // the warning that the state is not refreshed
	accountID sync.Once        // AccountID has asked for the id
	offClock  sync.Once        // the warning about the clock
	changing  atomic.Bool      // a change has begun
	refreshed atomic.Bool      // an object of the state was read
	orphans   orphanWarnings   // who was warned of
}

// AccountRule is `allowed_account_ids` or `forbidden_account_ids` of the provider block. The zero rule allows all.
type AccountRule struct{ Allowed, Forbidden []string }

// Options are the parts of Data that do not depend on whether the provider is known. Each may be left out.
type Options struct {
	Tracker  *orphan.Tracker
	Orphans  *orphan.Recorder
	Requests *Requests
	Accounts AccountRule
}

// Configured returns the data of a provider that is configured.
func Configured(services Services, clock domain.Clock, endpoint string, opts Options) *Data {
	d := newData(clock, opts)
	d.Services, d.Endpoint = services, endpoint
	return d
}

// Unknown returns the data of a provider that waits for the named arguments of its block.
func Unknown(arguments []string, now func() time.Time, opts Options) *Data {
	d := newData(domain.Clock{Machine: now, Offset: func() time.Duration { return 0 }}, opts)
	d.unknown = arguments
	return d
}

func newData(clock domain.Clock, opts Options) *Data {
	if opts.Tracker == nil {
		opts.Tracker = orphan.NewTracker()
	}
	if opts.Orphans == nil {
		opts.Orphans = orphan.NewJournal("", func(error) {}).Recorder("")
	}
	return &Data{Clock: clock, Tracker: opts.Tracker, Orphans: opts.Orphans, Requests: opts.Requests, Accounts: opts.Accounts}
}

// From returns the data of a Configure request. It returns nil, without an error, before the provider is configured
// (validation): there is nothing to reach then.
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

// Now returns the time by the API's clock, as far as known from its answers.
func (d *Data) Now() time.Time { return d.Clock.Now() }

// IdentityOfAccount is the identity of an object of this account, as far as it is known without a call.
func (d *Data) IdentityOfAccount() domain.Identity {
	return domain.Identity{AccountID: d.Account.KnownID()}
}

// AccountID is the account's id, to be recorded for an object. It is read at most once in a run (ReadAccounts); "" when it
// cannot be read, or the provider is unknown.
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
		_, _ = d.Account.ID(ctx) // the id is worth recording, and no reason to fail
	})
	return d.Account.KnownID()
}

// Ready reports whether the account can be reached, and appends an error that says why not. summary is what was asked for,
// as "Access keys not read".
func (d *Data) Ready(diags *diag.Diagnostics, summary string) bool {
	if d.Unknown() {
		diags.Append(diag.ProviderUnknown(summary, d.unknown))
		return false
	}
	return true
}

// CheckAccount reports whether the credential belongs to an account that the provider block allows, and appends an error
// if it does not. Without a rule there is no call, otherwise one in a run (ReadAccounts). While the provider is unknown it
// cannot be asked.
func (d *Data) CheckAccount(ctx context.Context, diags *diag.Diagnostics, summary string) bool {
	rule := d.Accounts
	if d.Unknown() || len(rule.Allowed) == 0 && len(rule.Forbidden) == 0 {
		return true
	}
	id, err := d.Account.ID(ctx)
	if err != nil {
		diag.Add(diags, summary, "Reading the account's id", err)
		return false
	}
	if id == "" || slices.Contains(rule.Forbidden, id) || len(rule.Allowed) > 0 && !slices.Contains(rule.Allowed, id) {
		diags.Append(diag.AccountRefused(summary, id, rule.Allowed, rule.Forbidden))
		return false
	}
	return true
}

// BeginChange announces a change to the end of the process, which waits for it. Call done when the change is over. ok is
// false once the process is ending, because nobody would take the result: that is an error.
func (d *Data) BeginChange(diags *diag.Diagnostics, summary string) (done func(), ok bool) {
	if done, ok = d.Tracker.BeginChange(); !ok {
		diags.AddError(summary, "The run is ending. Run again.")
	}
	return done, ok
}

// SetChanging notes that a managed resource is being changed: the process applies a plan. A provider cannot know it otherwise
// whether it plans or applies.
func (d *Data) SetChanging() { d.changing.Store(true) }

// SetRefreshed records that an object of the state was read. With -refresh=false it is never called.
func (d *Data) SetRefreshed() { d.refreshed.Store(true) }

// Refreshed reports whether this process has read an object of the state.
func (d *Data) Refreshed() bool { return d.refreshed.Load() }

// WarnNotRefreshed appends, once in a run, the warning that the objects in the state are not read.
func (d *Data) WarnNotRefreshed(diags *diag.Diagnostics) {
	d.refresh.Do(func() { diags.Append(diag.NotRefreshed(d.unknown)) })
}

// WarnClock appends, once in a run, the warning that this machine's clock differs by more than the API tolerates. Only an
// answer of the API tells that: call it after a call.
func (d *Data) WarnClock(diags *diag.Diagnostics) {
	if off := d.Clock.Off(); off != 0 {
		d.offClock.Do(func() { diags.Append(diag.Clock(off, d.Clock.IsProven(), d.Endpoint)) })
	}
}
