package opened

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
)

// atOnce is how many keys are being revoked at the same time. More would get no more done where the API has a rate, and
// waste what they send in the moment it is found out.
const atOnce = 5

// revoke revokes every key on the list but those that failed already: first all are made inert, then they are deleted, so
// that as few as possible still work when the time is up. The caller's own keys are made inert by deleting them.
func (l *List) revoke(ctx context.Context, failed ...Left) []Left {
	keys := l.all(failed)
	each(keys, func(k *Key) {
		if off, err := k.Keeper.SwitchOff(ctx, k.Owner, k.Key); err == nil { // else Revoke tries it again, and tells
			k.Key = off
			l.update(*k)
		}
	})
	slices.SortStableFunc(keys, func(a, b Key) int { return cmp.Compare(rank(a), rank(b)) })
	var (
		mu   sync.Mutex
		left []Left
	)
	each(keys, func(k *Key) {
		if err := k.Keeper.Revoke(ctx, k.Owner, k.Key); err != nil {
			mu.Lock()
			defer mu.Unlock()
			left = append(left, Left{ID: k.Key.ID, State: k.Key.State, Expires: k.Key.Expires, Err: err})
			return
		}
		l.Remove(k.Key.ID)
	})
	return left
}

// rank puts the keys that still work before those that do not.
func rank(k Key) int {
	if k.Key.State == credential.Inactive {
		return 1
	}
	return 0
}

// each does something with every key, atOnce of them at a time, in their order.
func each(keys []Key, do func(k *Key)) {
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i := range keys {
		group.Go(func() error {
			do(&keys[i])
			return nil
		})
	}
	_ = group.Wait() // no function of it fails
}

// all are the keys on the list but some, those first that would live longest.
func (l *List) all(but []Left) []Key {
	l.mu.Lock()
	defer l.mu.Unlock()
	var keys []Key
	for id, k := range l.keys {
		if !slices.ContainsFunc(but, func(left Left) bool { return left.ID == id }) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b Key) int { return cmp.Or(outlives(a, b), cmp.Compare(a.Key.ID, b.Key.ID)) })
	return keys
}

// outlives is negative when a lives longer than b.
func outlives(a, b Key) int {
	switch x, y := a.Key.Expires, b.Key.Expires; {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return -1
	case y == nil:
		return 1
	default:
		return y.Compare(*x)
	}
}

// update replaces what is known of a key, unless it was taken off meanwhile.
func (l *List) update(k Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, found := l.keys[k.Key.ID]; found {
		l.keys[k.Key.ID] = k
	}
}
