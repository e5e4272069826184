package keyscmd

import (
	"context"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/review"
)

// wanted says what is collected of the keys beside their list. Each part costs calls.
type wanted struct {
	rights bool          // about three calls per user that has keys, one per group and two per policy
	usage  time.Duration // how far back the log is read; 0 = not at all
	pages  int           // at most so many pages of the log
	states map[string]bool
}

// collected is what is known of an account's keys.
type collected struct {
	keys     []fact
	missing  []string // what could not be read, one sentence each
	complete bool     // every key of the account is in keys
}

// fact is a key with its owner.
type fact struct {
	review.Facts
	userName, userID string // "" = root, or the caller where the users could not be listed
}

// collect reads the keys of the account and what is wanted of them. What the caller may not read is left out and named
// once.
func (a *app) collect(ctx context.Context, s *services, w wanted) (*collected, error) {
	defer a.progressDone()
	a.progress("reading the access keys of the account")
	report, err := s.account.Audit(ctx, s.keys, s.users)
	if err != nil {
		return nil, err
	}
	c := &collected{complete: report.Users && report.Root}
	if !report.Users {
		c.lacks("Only the caller's own keys are listed: it may not list the users (api:ReadUsers).")
	} else if !report.Root {
		c.lacks("The keys of the root account are not listed: the API lists them to the root account only.")
	}
	if report.MaxKeyLifetime == nil {
		c.lacks("The account's maximum lifetime of keys is not known: the caller may not read it (api:ReadApiAccessPolicy).")
	}
	usage, err := a.usage(ctx, s, w, c)
	if err != nil {
		return nil, err
	}
	now := s.keys.Now()
	documents := map[string]documents{}
	for i, owned := range report.Keys {
		f := fact{userName: owned.UserName, userID: owned.UserID}
		f.Key, f.Now, f.Root = owned.Key, now, report.Users && owned.UserID == ""
		if report.MaxKeyLifetime != nil {
			f.MaxLifetime = *report.MaxKeyLifetime
		}
		if use, known := usage.Keys[owned.ID], usage.Readable; known {
			f.UseKnown, f.UseSince, f.LastUse = true, usage.From, use.Last
		}
		if w.states != nil {
			f.StatesKnown, f.InState = true, w.states[owned.ID]
		}
		if w.rights && !f.Root && owned.UserName != "" {
			a.progress("reading the rights of the owners: key %d of %d", i+1, len(report.Keys))
			known, err := a.documentsOf(ctx, s, owned.UserName, documents, c)
			if err != nil {
				return nil, err
			}
			f.RightsKnown, f.Documents = known.known, known.docs
		}
		c.keys = append(c.keys, f)
	}
	return c, nil
}

// usage reads the log, as far as it is wanted.
func (a *app) usage(ctx context.Context, s *services, w wanted, c *collected) (usage account.Usage, err error) {
	if w.usage == 0 {
		return usage, nil
	}
	a.progress("reading the log of the account")
	usage, err = s.account.Usage(ctx, account.UsageQuery{Back: w.usage, Pages: w.pages})
	switch {
	case err != nil:
		return usage, err
	case !usage.Readable:
		c.lacks("The use of keys is not known: the caller may not read the log (api:ReadApiLogs).")
	case !usage.Whole:
		c.lacks("The log was read back to %s only: allow more with --usage-pages.", usage.From.UTC().Format(time.RFC3339))
	}
	return usage, nil
}

// documents are the policy documents of a user, if they are known.
type documents struct {
	known bool
	docs  []policydoc.Document
}

// documentsOf reads the rights of a user once. A user whose rights may not be read has unknown rights.
func (a *app) documentsOf(ctx context.Context, s *services, userName string, read map[string]documents, c *collected) (documents, error) {
	if known, found := read[userName]; found {
		return known, nil
	}
	docs, err := s.rights.Documents(ctx, s.policies, s.groups, userName)
	if ctx.Err() != nil {
		return documents{}, ctx.Err()
	}
	switch {
	case domain.IsClosed(err):
		c.lacks("The rights of users are not known: the caller may not read their groups and policies.")
	case err != nil:
		c.lacks("The rights of user %s are not known: %v", userName, err)
	}
	read[userName] = documents{known: err == nil, docs: docs}
	return read[userName], nil
}

// lacks names something that could not be read, once.
func (c *collected) lacks(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	for _, known := range c.missing {
		if known == sentence {
			return
		}
	}
	c.missing = append(c.missing, sentence)
}
