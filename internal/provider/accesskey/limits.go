package accesskey

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// What an account allows is looked up when a plan makes a key or moves a date, and never for a plan that does neither.
//
// GOTCHA: both CLIs ask for the plan of a resource a second time while they apply, in another process, with every value
// known. That is where a date is held against the ceiling that was not known at plan, before anything is made.

// Summaries of what is said about limits.
const (
	overCeiling = "Access key would live too long"
	overQuota   = "Too many access keys for one owner"
)

// judgeLimits holds what is planned for a key against the account's ceiling and its owner's quota.
func (r *Resource) judgeLimits(ctx context.Context, v verdict, state *model, diags *diag.Diagnostics) {
	makes := state == nil || len(v.replace) > 0
	moves := state != nil && !v.plan.ExpirationDate.Same(state.ExpirationDate)
	if makes || moves {
		refuseDate(ctx, r.session, v.plan.ExpirationDate, diags)
	}
	if diags.HasError() || !makes {
		return
	}
	owner, known := v.plan.knownOwner()
	if state == nil {
		if known {
			warnQuota(ctx, r.session, owner, diags)
			warnLeftovers(r.session, owner, diags)
		}
		return
	}
	// GOTCHA: for a replacement the CLI asks for a plan without a state next, which counts the new key, and drops the
	// warnings that come with it. The old key is deleted first, unless the configuration says create_before_destroy,
	// which a provider is not told.
	r.session.KeyFreed(state.UserName.ValueString())
	if known && (v.replace.Contains(atUserName) || v.replace.Contains(atUserID)) {
		warnQuota(ctx, r.session, owner, diags)()
		warnLeftovers(r.session, owner, diags)
	}
}

// warnLeftovers tells of keys that a killed run left to the owner of a planned key: what warnQuota listed has them. Where it
// did not ask, as while applying, nothing is asked for their sake.
func warnLeftovers(s *session.Session, owner credential.Owner, diags *diag.Diagnostics) {
	if !s.Undecided() {
		warn(diags, s.Keeper.Leftovers(owner))
	}
}

// knownOwner is the owner of a planned key; false while it is not known.
func (m model) knownOwner() (credential.Owner, bool) {
	if m.UserID.IsUnknown() || (m.UserName.IsUnknown() && m.UserID.ValueString() == "") {
		return credential.Owner{}, false
	}
	return m.owner(), true
}

// refuseDate stops an expiry that the account's API access policy does not allow (official; its refusal is A33).
func refuseDate(ctx context.Context, s *session.Session, date isodate.Value, diags *diag.Diagnostics) {
	if date.IsUnknown() {
		return
	}
	ceiling, ok := ceilingOf(ctx, s, notPlanned, diags)
	if !ok {
		return
	}
	latest := s.Now().Add(ceiling).Truncate(time.Second)
	at, dated := date.Meaning()
	said := fmt.Sprintf("`expiration_date` is %q, that is %s, and", date.ValueString(), isodate.Format(at))
	switch {
	case !dated:
		said = "There is no `expiration_date`, and"
	case !at.After(s.Now().Add(ceiling)):
		return
	}
	diags.AddAttributeError(atExpirationDate, overCeiling, fmt.Sprintf(
		"%s the API access policy of the account lets no access key live longer than %s.\n\nThe latest date that it allows now is %s.",
		said, duration.Words(ceiling), isodate.Format(latest)))
}

// refuseLifetime is refuseDate for a key whose expiry is counted from the moment it is made. at is the argument.
func refuseLifetime(ctx context.Context, s *session.Session, at path.Path, lifetime time.Duration, summary string, diags *diag.Diagnostics) {
	ceiling, ok := ceilingOf(ctx, s, summary, diags)
	if !ok || lifetime <= ceiling {
		return
	}
	diags.AddAttributeError(at, overCeiling, fmt.Sprintf(
		"`%s` is %s, and the API access policy of the account lets no access key live longer than %s.\n\nWrite at most that.",
		at, duration.Words(lifetime), duration.Words(ceiling)))
}

// ceilingOf returns the account's ceiling; false when there is none, or when it cannot be known: then with an error if
// the API did not answer, and without a word if the caller may not ask or the account is not decided.
func ceilingOf(ctx context.Context, s *session.Session, summary string, diags *diag.Diagnostics) (time.Duration, bool) {
	if s.Undecided() {
		return 0, false
	}
	ceiling, err := s.Keeper.Ceiling(ctx)
	if err != nil {
		diagnose.Add(diags, summary, "Finding out how long the account lets access keys live", err)
	}
	return ceiling, err == nil && ceiling > 0
}

// warnQuota counts one more key planned for an owner, and warns when that is more than the owner may have. What it
// returns takes the count back.
//
// It is no error: the limit can be another one for this account (A4), and what a person deletes between plan and apply
// makes room. At apply the API refuses a key too many, and then nothing of it exists. Where keys cannot be listed nobody
// is warned, and neither is anyone once the run has begun to change things.
func warnQuota(ctx context.Context, s *session.Session, owner credential.Owner, diags *diag.Diagnostics) (uncount func()) {
	if s.Undecided() || !s.Counts() {
		return func() {}
	}
	name, keys, err := s.Keeper.Holds(ctx, owner)
	if err != nil {
		s.StopCounting()
		return func() {}
	}
	more, uncount := s.KeyPlanned(name), func() { s.KeyFreed(name) }
	if len(keys)+more <= credential.KeyLimit {
		return uncount
	}
	diags.AddWarning(overQuota, fmt.Sprintf(
		"This would be access key number %d of %s: %d are there, and this run plans %d more so far. One owner may have %d. "+
			"Unless the limit was raised for this account, the API refuses the key at apply. Those that fit are made.\n\n%s\n\n"+
			"Delete what is not needed, in a run of its own: a key that this run deletes is counted, because nothing says that it goes first. "+
			"So is one that is replaced because it is tainted or because of `-replace`, although it does go first.",
		len(keys)+more, ownerText(name), len(keys), more, credential.KeyLimit, listText(keys, s.Now())))
	return uncount
}

func ownerText(userName string) string {
	if userName == "" {
		return "the caller"
	}
	return "user " + userName
}

// listText describes keys, one a line.
func listText(keys []credential.Key, now time.Time) string {
	if len(keys) == 0 {
		return "There are none yet."
	}
	lines := []string{"There are:"}
	for _, key := range keys {
		said := []string{string(key.State), "does not expire"}
		switch {
		case key.Expired(now):
			said[1] = "expired on " + isodate.Format(*key.Expires)
		case key.Expires != nil:
			said[1] = "expires on " + isodate.Format(*key.Expires)
		}
		if key.Tag != "" {
			said = append(said, fmt.Sprintf("tag %q", key.Tag))
		}
		lines = append(lines, "- "+key.ID+": "+strings.Join(said, ", "))
	}
	return strings.Join(lines, "\n")
}
