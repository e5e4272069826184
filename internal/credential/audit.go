package credential

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Account is every access key of an account that the caller can list.
type Account struct {
	Keys []OwnedKey // root's first, then each user's, each oldest first
	// Ceiling is the longest life the account allows a key, 0 = any; nil when the caller may not read it.
	Ceiling *time.Duration
	Users   bool // the users could be listed; without them only the caller's own keys are there
	Root    bool // the caller is the root account, so that root's keys are there
}

// OwnedKey is a key, whose it is, and how it keeps to the account's rules.
type OwnedKey struct {
	Key
	UserID      string // "" = root's, or the caller's when the users could not be listed
	OverCeiling bool   // it lives longer than the account allows, or for ever
}

// Account lists the keys of the account: one call for each owner, one for each page of users, one for the policy, all
// from the reads that the process shares. No action lists root's keys for anyone else, and no answer names an owner: a
// caller whose own keys are found among a user's is that user, and root's keys stay unseen.
func (k *Keeper) Account(ctx context.Context) (Account, error) {
	policy, err := k.readCeiling(ctx)
	if err != nil {
		return Account{}, err
	}
	var a Account
	if policy.known {
		a.Ceiling = &policy.life
	}
	own, err := k.keysOf(ctx, "")
	if err != nil {
		return Account{}, err
	}
	users, err := k.ListUsers(ctx)
	if closed(err) {
		a.add("", own, k.Now())
		return a, nil
	} else if err != nil {
		return Account{}, err
	}
	owned, err := k.keysOfEach(ctx, users)
	if err != nil {
		return Account{}, err
	}
	a.Users, a.Root = true, true
	for _, keys := range owned {
		for _, key := range keys {
			a.Root = a.Root && indexKey(own, key.ID) < 0
		}
	}
	if a.Root {
		a.add("", own, k.Now())
	}
	for i, keys := range owned {
		a.add(users[i].ID, keys, k.Now())
	}
	return a, nil
}

func (a *Account) add(userID string, keys []Key, now time.Time) {
	for _, key := range keys {
		over := a.Ceiling != nil && *a.Ceiling > 0 && (key.Expires == nil || key.Expires.After(now.Add(*a.Ceiling)))
		a.Keys = append(a.Keys, OwnedKey{Key: key, UserID: userID, OverCeiling: over})
	}
}

// keysOfEach returns the keys of each user. One that was deleted meanwhile has none.
func (k *Keeper) keysOfEach(ctx context.Context, users []User) ([][]Key, error) {
	slices.SortFunc(users, func(a, b User) int { return strings.Compare(a.Name, b.Name) })
	owned := make([][]Key, len(users))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(findersAtOnce)
	for i, user := range users {
		group.Go(func() error {
			keys, err := k.keysOf(ctx, user.Name)
			if err != nil && !api.IsNotFound(err) {
				return fmt.Errorf("the access keys of user %s could not be listed: %w", user.Name, err)
			}
			owned[i] = keys
			return nil
		})
	}
	return owned, group.Wait()
}
