package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Keys lists the access keys of an owner; *key.Service has it.
type Keys interface {
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
}

// Users lists the users of the account; *user.Service has it.
type Users interface {
	List(ctx context.Context) ([]user.User, error)
}

// Report is every access key of an account that the caller can list.
type Report struct {
	Keys []OwnedKey // root's first, then each user's, each oldest first
	// MaxKeyLifetime is the longest life the account allows a key, 0 = any; nil when the caller may not read it.
	MaxKeyLifetime *time.Duration
	Users          bool // the users could be listed; without them only the caller's own keys are there
	Root           bool // the caller is the root account, so that root's keys are there
}

// OwnedKey is a key with its owner, and whether it keeps to the account's limit.
type OwnedKey struct {
	key.Key
	UserID       string // "" = root's, or the caller's when the users could not be listed
	OverLifetime bool   // it lives longer than the account allows, or for ever
}

// listsAtOnce is how many owners are listed at the same time; the client's rate limit still holds.
const listsAtOnce = 4

// Audit lists the keys of the account: one call per owner, one per page of users, one for the policy, all from the reads
// that the process shares. No action lists root's keys for anyone else, and no answer names an owner: a caller whose own
// keys are found among a user's is that user, and root's keys stay unseen.
func (s *Service) Audit(ctx context.Context, keys Keys, users Users) (Report, error) {
	limit, err := s.maxKeyLifetime(ctx)
	if err != nil {
		return Report{}, err
	}
	var r Report
	if limit != unknownLifetime {
		r.MaxKeyLifetime = &limit
	}
	own, err := keys.List(ctx, key.Owner{})
	if err != nil {
		return Report{}, err
	}
	all, err := users.List(ctx)
	if domain.IsClosed(err) {
		r.add("", own, s.clock.Now())
		return r, nil
	} else if err != nil {
		return Report{}, err
	}
	slices.SortFunc(all, func(a, b user.User) int { return strings.Compare(a.Name, b.Name) })
	owned, err := keysOfEach(ctx, keys, all)
	if err != nil {
		return Report{}, err
	}
	callers := map[string]bool{}
	for _, k := range own {
		callers[k.ID] = true
	}
	r.Users = true
	r.Root = !slices.ContainsFunc(slices.Concat(owned...), func(k key.Key) bool { return callers[k.ID] })
	if r.Root {
		r.add("", own, s.clock.Now())
	}
	for i, keys := range owned {
		r.add(all[i].ID, keys, s.clock.Now())
	}
	return r, nil
}

func (r *Report) add(userID string, keys []key.Key, now time.Time) {
	for _, k := range keys {
		limit := r.MaxKeyLifetime
		over := limit != nil && *limit > 0 && (k.Expires == nil || k.Expires.After(now.Add(*limit)))
		r.Keys = append(r.Keys, OwnedKey{Key: k, UserID: userID, OverLifetime: over})
	}
}

// keysOfEach returns the keys of each user. One that was deleted meanwhile has none.
func keysOfEach(ctx context.Context, keys Keys, users []user.User) ([][]key.Key, error) {
	owned := make([][]key.Key, len(users))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(listsAtOnce)
	for i, u := range users {
		group.Go(func() error {
			found, err := keys.List(ctx, key.Owner{UserName: u.Name})
			if err != nil && !api.IsNotFound(err) {
				return fmt.Errorf("the access keys of user %s could not be listed: %w", u.Name, err)
			}
			owned[i] = found
			return nil
		})
	}
	return owned, group.Wait()
}
