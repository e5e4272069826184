package review

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// FactsOf returns the facts about a key from an audit and the log. The places in usage must be those of Network. The caller adds
// the rights of the owner and the states.
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

// OwnersRights reads the policy documents of owners, once per owner. It stops reading if the caller lacks a right, because the
// API would refuse the next owner too, and if the API fails for several owners in a row, because the client repeats each failed
// call for up to a minute. It is not safe for concurrent use.
type OwnersRights struct {
	Read    func(ctx context.Context, userName string) ([]policydoc.Document, error)
	Refused error   // the refusal because of a missing right, nil = none
	Failed  []error // one error for each owner whose documents could not be read or parsed
	Unread  int     // the number of owners whose documents were not read, because the API failed for others

	known  map[string]ownerRights
	faults int // the number of owners in a row for which the API failed
}

// maxFaults is the number of owners in a row after which OwnersRights stops. With more than one, a failure that only one owner
// causes does not hide the rights of all others.
const maxFaults = 2

type ownerRights struct {
	documents []policydoc.Document
	known     bool
}

// AddTo adds the rights of the owner to the facts about a key. It reads nothing for the root account, or if the name of the
// owner is not known. It returns an error only if ctx has ended.
func (r *OwnersRights) AddTo(ctx context.Context, f *Facts) error {
	userName := f.Key.UserName
	if f.Root || userName == "" {
		return nil
	}
	owner, found := r.known[userName]
	if !found && r.Refused == nil {
		owner = r.read(ctx, userName)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if r.known == nil {
			r.known = map[string]ownerRights{}
		}
		r.known[userName] = owner
	}
	f.RightsKnown, f.Documents = owner.known, owner.documents
	return nil
}

func (r *OwnersRights) read(ctx context.Context, userName string) ownerRights {
	if r.faults == maxFaults {
		r.Unread++
		return ownerRights{}
	}
	docs, err := r.Read(ctx, userName)
	if api.IsLostAnswer(err) || api.IsSilent(err) || api.IsThrottled(err) {
		r.faults++
	} else {
		r.faults = 0
	}
	if domain.IsNotPermitted(err) {
		r.Refused = err
	} else if err != nil {
		r.Failed = append(r.Failed, fmt.Errorf("user %s: %w", userName, err))
	}
	return ownerRights{docs, err == nil}
}
