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

// Keys lists the access keys of an owner. *key.Service implements it.
type Keys interface {
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
}

// Users lists the users of the account. *user.Service implements it.
type Users interface {
	List(ctx context.Context) ([]user.User, error)
}

// Report has every access key of an account that the caller can list.
type Report struct {
	Keys []OwnedKey // root's first, then each user's, each oldest first
	// MaxKeyLifetime is the longest life that the account allows a key, 0 = any; nil if it could not be read: because of
	// LifetimeErr, or if that is nil, because the caller may not read it.
	MaxKeyLifetime *time.Duration
	LifetimeErr    error
	Users          bool // whether the users could be listed; if not, Keys has only the caller's own
	Root           bool // whether the caller is the root account; if not, Keys has none of root's
}

// OwnedKey is a key with its owner.
type OwnedKey struct {
	key.Key
	UserID       string // "" = root's, or the caller's if the users could not be listed
	OverLifetime bool   // it lives longer than the account allows, or never expires
}

// listsAtOnce is how many lists are read at the same time, within the client's rate limit.
const listsAtOnce = 4

// Audit lists the keys of the account: one call per owner, one per page of users, one for the policy, all from the reads
// that the process shares. Only root can list root's keys, and no answer names an owner. If the caller's own keys are those
// of a user, the caller is that user, and root's keys are not listed.
func (s *Service) Audit(ctx context.Context, keys Keys, users Users) (Report, error) {
	var r Report
	limit, err := s.maxKeyLifetime(ctx)
	switch {
	case api.As(err) != nil && api.IsLostAnswer(err):
		r.LifetimeErr = err // the API failed, and can still list the keys
	case err != nil:
		return Report{}, err
	case limit != unknownLifetime:
		r.MaxKeyLifetime = &limit
	}
	own, err := keys.List(ctx, key.Owner{})
	if err != nil {
		return Report{}, err
	}
	all, err := users.List(ctx)
	if domain.IsNotPermitted(err) {
		r.add("", own, s.api.Clock().Now())
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
		r.add("", own, s.api.Clock().Now())
	}
	for i, keys := range owned {
		r.add(all[i].ID, keys, s.api.Clock().Now())
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

// keysOfEach returns the keys of each user. A user that was deleted in the meantime has none.
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
