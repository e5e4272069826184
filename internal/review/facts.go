package review

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// FactsOf returns the facts about a key from an audit and the log. The log is to be read with the places of calls counted by Network. What
// is not known of the owner's rights and of states is left to the caller.
func FactsOf(k account.OwnedKey, report account.Report, usage account.Usage, now time.Time) Facts {
	f := Facts{Key: k.Key, Now: now, Root: report.Users && k.UserID == ""}
	if report.MaxKeyLifetime != nil {
		f.MaxLifetime = *report.MaxKeyLifetime
	}
	if usage.Readable && usage.From.Before(usage.Until) {
		use := usage.Keys[k.ID]
		f.UseKnown, f.UseSince, f.LastUse = true, usage.From, use.Last
		f.Networks = slices.Sorted(maps.Keys(use.Places))
	}
	return f
}

// OwnersRights reads the policy documents of owners, those of each once. After a refusal for a missing right it reads no
// more: the next owner's would be refused too. It is not safe for concurrent use.
type OwnersRights struct {
	Read    func(ctx context.Context, userName string) ([]policydoc.Document, error)
	Refused error   // the refusal, nil = none
	Failed  []error // of owners whose documents could not be read or not be understood

	known map[string]ownerRights
}

type ownerRights struct {
	documents []policydoc.Document
	known     bool
}

// AddTo completes the facts about a key with the rights of its owner. The root account's need no reading, and those of an
// owner without a name stay unknown. An error is that of a context that ended.
func (r *OwnersRights) AddTo(ctx context.Context, f *Facts) error {
	userName := f.Key.UserName
	if f.Root || userName == "" {
		return nil
	}
	owner, found := r.known[userName]
	if !found && r.Refused == nil {
		docs, err := r.Read(ctx, userName)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if domain.IsClosed(err) {
			r.Refused = err
		} else if err != nil {
			r.Failed = append(r.Failed, fmt.Errorf("user %s: %w", userName, err))
		}
		owner = ownerRights{docs, err == nil}
		if r.known == nil {
			r.known = map[string]ownerRights{}
		}
		r.known[userName] = owner
	}
	f.RightsKnown, f.Documents = owner.known, owner.documents
	return nil
}
