package keyscmd

import (
	"context"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// factsToRead says which facts to read in addition to the list of the keys. Each part costs calls.
type factsToRead struct {
	rights bool            // about three calls per user that has keys, one per group and two per policy
	usage  time.Duration   // how far back to read the log; 0 = do not read it
	pages  int             // the largest number of pages of the log
	review bool            // the id of the account: one call; what only the rules need; say first how many calls follow
	states map[string]bool // the ids of the keys in states, nil = states are not known
}

// collected is what is known about the keys of an account.
type collected struct {
	now  time.Time // by the API's clock
	keys []collectedKey
	coverage
}

// coverage says in the results what the keys and the facts about them cover.
type coverage struct {
	AccountID string   `json:"account_id,omitempty"` // "" = not read
	Complete  bool     `json:"complete"`             // all keys of the account were read
	Missing   []string `json:"missing,omitempty"`    // what could not be read, one sentence each
}

// collectedKey is a key with its owner.
type collectedKey struct {
	review.Facts
	userName, userID string // "" = root, or the caller if the users could not be listed
}

// collect reads the keys of the account and the facts in w about them. It names what the caller may not read, and continues.
func (a *app) collect(ctx context.Context, s *services, w factsToRead) (*collected, error) {
	defer a.progressDone()
	if w.review {
		if err := a.noteCalls(ctx, s, w); err != nil {
			return nil, err
		}
	}
	a.progress("reading the access keys of the account")
	report, err := s.account.Audit(ctx, s.keys, s.users)
	if err != nil {
		return nil, err
	}
	c := &collected{coverage: coverage{Complete: report.Users && report.Root}}
	if !report.Users {
		c.noteMissing("Only the caller's own keys are listed: the caller may not list the users (api:ReadUsers).")
	} else if !report.Root {
		c.noteMissing("The keys of the root account are not listed: the API shows them to the root account only.")
	}
	switch {
	case !w.review:
	case report.LifetimeErr != nil:
		c.noteMissing("The account's maximum lifetime of keys is not known: %v", report.LifetimeErr)
	case report.MaxKeyLifetime == nil:
		c.noteMissing("The account's maximum lifetime of keys is not known: the caller may not read it (api:ReadApiAccessPolicy).")
	}
	usage, err := a.usage(ctx, s, w, c)
	if err != nil {
		return nil, err
	}
	if w.review {
		if c.AccountID, err = s.account.ID(ctx); ctx.Err() != nil {
			return nil, ctx.Err()
		} else if err != nil {
			c.noteMissing("The id of the account is not known: %v", err)
		}
	}
	c.now = s.keys.Now()
	rights := review.OwnersRights{Read: func(ctx context.Context, userName string) ([]policydoc.Document, error) {
		return s.rights.Documents(ctx, s.policies, s.groups, userName)
	}}
	for i, owned := range report.Keys {
		f := collectedKey{Facts: review.FactsOf(owned, report, usage, c.now), userName: owned.UserName, userID: owned.UserID}
		if w.states != nil {
			f.StatesKnown, f.InState = true, w.states[owned.ID]
		}
		if w.rights {
			a.progress("reading the rights of the owners: key %d of %d", i+1, len(report.Keys))
			if err := rights.AddTo(ctx, &f.Facts); err != nil {
				return nil, err
			}
		}
		c.keys = append(c.keys, f)
	}
	if rights.Refused != nil {
		c.noteMissing("The rights of users are not known: the caller may not call %s. To read rights, the caller needs %s.", actionOf(rights.Refused), rightsNeeded)
	}
	for _, err := range rights.Failed {
		c.noteMissing("Rights are not known: %v", err)
	}
	if rights.Unread > 0 {
		c.noteMissing("The rights of %s were not read, because the API failed for the users before. Run the command again later.", text.Count(rights.Unread, "more user"))
	}
	return c, nil
}

// noteCalls says how many calls follow. The number of groups and policies is known only after they are read.
func (a *app) noteCalls(ctx context.Context, s *services, w factsToRead) error {
	users, err := s.users.List(ctx)
	if err != nil && !domain.IsNotPermitted(err) {
		return err
	}
	const own, policy, accounts, rightsPerUser = 1, 1, 1, 3
	n, more := len(users)+own+policy+accounts, ""
	parts := fmt.Sprintf("%d for the account and its keys", n)
	if w.usage > 0 {
		n += w.pages
		parts += fmt.Sprintf(", %d for the log", w.pages)
	}
	if w.rights && len(users) > 0 {
		n += rightsPerUser * len(users)
		parts += fmt.Sprintf(", %d for the rights of users", rightsPerUser*len(users))
		more = ", and one or two more per group and policy"
	}
	last := ""
	if rate := a.flags.rate; rate > 0 {
		last = fmt.Sprintf(" At %g calls per second, %d calls take %s.", rate, n, time.Duration(float64(n)/rate*float64(time.Second)).Round(time.Second))
	}
	a.note("At most %d calls follow%s: %s.%s", n, more, parts, last)
	return nil
}

// usage reads the log, if it is wanted. A failure is not an error, because the other facts are worth showing.
func (a *app) usage(ctx context.Context, s *services, w factsToRead, c *collected) (usage account.Usage, err error) {
	if w.usage == 0 {
		return usage, nil
	}
	a.progress("reading the log of the account")
	usage, err = s.account.Usage(ctx, account.UsageQuery{Back: w.usage, Pages: w.pages, Places: w.review, Place: review.Network})
	switch {
	case ctx.Err() != nil:
		return usage, ctx.Err()
	case err != nil:
		c.noteMissing("The use of keys is not known: %v", err)
	case !usage.Readable:
		c.noteMissing("The use of keys is not known: the caller may not read the log (api:ReadApiLogs).")
	case !usage.Whole:
		c.noteMissing("%s", cutOff(usage))
	}
	return usage, nil
}

// rightsNeeded names the actions that read the rights of users.
const rightsNeeded = "api:ReadUserGroupsPerUser, api:ReadLinkedPolicies, api:ReadUserPolicies, api:ReadUserPolicy, " +
	"api:ReadManagedPoliciesLinkedToUserGroup, api:ReadUserGroupPolicies, api:ReadPolicies and api:ReadPolicyVersion"

// actionOf returns the action that the API refused.
func actionOf(err error) string {
	if refused := api.As(err); refused != nil && refused.Action != "" {
		return "api:" + refused.Action
	}
	return "an action"
}

// noteMissing adds a sentence about something that could not be read.
func (c *collected) noteMissing(format string, args ...any) {
	c.Missing = append(c.Missing, fmt.Sprintf(format, args...))
}
