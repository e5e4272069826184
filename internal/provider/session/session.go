// Package session is what the provider, once configured, hands to its resources and data sources.
package session

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/opened"
)

// Session is one configured provider. It is either decided, and then has a Keeper, or undecided: something in the
// provider block that decides the credential or the endpoint is not known yet. An undecided session reaches no account,
// because whatever credential it picked up instead could be another account's.
type Session struct {
	// Keeper is nil while the session is undecided.
	Keeper *credential.Keeper
	// Now is the API's clock once the API has answered, and this machine's before; there in both kinds.
	Now func() time.Time
	// Endpoint is the address of the API, to be told; "" when it is not known.
	Endpoint string
	// Opened are the run-scoped keys of this process, there in both kinds. The provider puts the list of its process here.
	Opened *opened.List

	undecided []string
	warn      sync.Once
	planned   planned
	clock     sync.Once
	gone      sync.Map // what is remembered of keys that were found gone: time.Time, the expiry; string, the recipients
}

// Decided returns a session that works on k.
func Decided(k *credential.Keeper) *Session {
	return &Session{Keeper: k, Now: k.Now, Opened: opened.New()}
}

// Undecided returns a session that waits for the named arguments of the provider block.
func Undecided(arguments []string, now func() time.Time) *Session {
	return &Session{Now: now, Opened: opened.New(), undecided: arguments}
}

// Undecided reports whether the session waits for a value.
func (s *Session) Undecided() bool { return s.Keeper == nil }

// Reason says, in a sentence, what an undecided session waits for.
func (s *Session) Reason() string {
	quoted := make([]string, len(s.undecided))
	for i, name := range s.undecided {
		quoted[i] = "`" + name + "`"
	}
	return "The provider block takes " + strings.Join(quoted, ", ") + " from something that is only known after apply, " +
		"so that it is not decided yet which account this is. No other credential is tried in its place."
}

// Ready reports whether the session can reach its account, and adds an error that says why not when it cannot. summary
// is the summary of what was asked for, as "Access keys not read".
func (s *Session) Ready(diags *diag.Diagnostics, summary string) bool {
	if !s.Undecided() {
		return true
	}
	diags.AddError(summary, s.Reason()+"\n\nApply first what these values come from (with `-target`), or give the provider "+
		"values that are known before: from a variable, the environment or a profile.")
	return false
}

// Begin announces a change, after which Ready was asked. Call done when it is made, or was not. Nothing is begun when the
// run is ending, because nobody would take the result: that is an error.
func (s *Session) Begin(diags *diag.Diagnostics, summary string) (done func(), ok bool) {
	if !s.Ready(diags, summary) {
		return nil, false
	}
	s.StopCounting()
	if done, ok = s.Opened.Begin(); !ok {
		diags.AddError(summary, "The run is ending. Run again.")
	}
	return done, ok
}

// Hand remembers a key that was made to be written into a state, so that it is revoked when the CLI dies before it did.
func (s *Session) Hand(owner credential.Owner, key credential.Key) {
	s.Opened.Hand(opened.Key{Keeper: s.Keeper, Owner: owner, Key: key})
}

// WarnNotRefreshed adds, once in a session, the warning that what exists is taken as the state has it.
func (s *Session) WarnNotRefreshed(diags *diag.Diagnostics) {
	s.warn.Do(func() {
		diags.AddWarning("State not refreshed", s.Reason()+"\n\nWhat exists is taken as the state has it. "+
			"The next plan, with the values known, looks at the account again.")
	})
}

// WarnClock adds, once in a session, the warning that this machine's clock is further off than the API tolerates. Only
// an answer of the API tells: ask after a call.
func (s *Session) WarnClock(diags *diag.Diagnostics) {
	if s.Undecided() {
		return
	}
	off := s.Keeper.ClockOff()
	if off == 0 {
		return
	}
	s.clock.Do(func() {
		way, at := "behind", ""
		if off < 0 {
			way = "ahead of"
		}
		if s.Endpoint != "" {
			at = " at " + s.Endpoint
		}
		diags.AddWarning("Clock of this machine is off", fmt.Sprintf(
			"It is %s %s the clock of the OUTSCALE API%s, which tolerates 5 minutes. The calls of this run are signed with the API's time, "+
				"and the API's time decides what has expired.\n\nSet the clock of this machine, best by a time service (NTP): other clients "+
				"on it are refused as long as it is off.", off.Abs().Round(time.Second), way, at))
	})
}

// NoteExpiry remembers that a key with this expiry was found gone, or expired, while reading.
func (s *Session) NoteExpiry(expiry time.Time) { s.gone.Store(expiry.UTC(), true) }

// SeenExpiry reports whether a key with this expiry was found gone, or expired, by this session. Planning follows reading in
// one process, and is given no state for a key that is gone: this is how it tells a date that passed from one that is new.
func (s *Session) SeenExpiry(expiry time.Time) bool {
	_, found := s.gone.Load(expiry.UTC())
	return found
}

// SealedKeyGone remembers that a key whose secret is sealed to these recipients was found gone while reading.
func (s *Session) SealedKeyGone(fingerprints []string) { s.gone.Store(joined(fingerprints), true) }

// SealedKeyWasGone is WasGone for a key whose secret was sealed to these recipients.
func (s *Session) SealedKeyWasGone(fingerprints []string) bool {
	_, found := s.gone.Load(joined(fingerprints))
	return found
}

// joined is the same for every order of the items.
func joined(items []string) string { return strings.Join(slices.Sorted(slices.Values(items)), " ") }

// From takes the session out of a Configure request. It returns nil, without an error, before the provider is
// configured (validation): there is nothing to reach then.
func From(data any, diags *diag.Diagnostics) *Session {
	if data == nil {
		return nil
	}
	s, ok := data.(*Session)
	if !ok {
		diags.AddError("Provider data not understood",
			fmt.Sprintf("Expected a session, got %T. This is a defect of the provider, please report it.", data))
		return nil
	}
	return s
}
