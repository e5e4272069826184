package orphan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// RevokeError says that a run-scoped key could not be revoked. The next run names the key.
type RevokeError struct {
	Key key.Key // as last known, without its secret
	Err error
}

func (e *RevokeError) Error() string {
	expiry := "it does not expire"
	if e.Key.Expires != nil {
		expiry = "it expires on " + e.Key.Expires.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("access key %s of this run is %s and was not deleted, %s: %v", e.Key.ID, e.Key.State, expiry, e.Err)
}

func (e *RevokeError) Unwrap() error { return e.Err }

// parallelRevocations is the number of keys that are revoked at the same time. More would not be faster, because the API
// limits the rate of requests.
const parallelRevocations = 5

// revokeAll closes the tracker and revokes the run-scoped keys. Then it waits for the changes under way, and revokes the keys
// that they added. It returns, at the latest when ctx ends, an error for each key that is left. Another call tries these again.
func (t *Tracker) revokeAll(ctx context.Context) []*RevokeError {
	t.close()
	done := make(chan struct{})
	go func() {
		t.changes.Wait()
		close(done)
	}()
	failed := t.revoke(ctx, nil)
	select {
	case <-done:
		return append(failed, t.revoke(ctx, failed)...)
	case <-ctx.Done():
		return failed
	}
}

// revoke revokes all run-scoped keys, except those that failed before. It deactivates all of them before it deletes the first,
// so that as few as possible can still be used when the time is up. It deletes keys of the caller without deactivating them.
func (t *Tracker) revoke(ctx context.Context, failed []*RevokeError) []*RevokeError {
	keys := t.remaining(failed)
	forEach(keys, func(k *RunKey) {
		if inactive, err := k.Keys.Deactivate(ctx, k.Owner, k.Key); err == nil { // on an error Revoke tries again
			k.Key = inactive
			t.update(*k)
		}
	})
	slices.SortStableFunc(keys, func(a, b RunKey) int { return cmp.Compare(rank(a), rank(b)) })
	var (
		mu   sync.Mutex
		left []*RevokeError
	)
	forEach(keys, func(k *RunKey) {
		if err := k.Keys.Revoke(ctx, k.Owner, k.Key); err != nil {
			mu.Lock()
			defer mu.Unlock()
			left = append(left, &RevokeError{Key: k.Key, Err: err})
			return
		}
		t.Remove(k.Key.ID)
	})
	return left
}

// rank sorts inactive keys after the others.
func rank(k RunKey) int {
	if k.Key.State == key.Inactive {
		return 1
	}
	return 0
}

// forEach calls do for every key, in order, parallelRevocations at a time.
func forEach(keys []RunKey, do func(k *RunKey)) {
	var group errgroup.Group
	group.SetLimit(parallelRevocations)
	for i := range keys {
		group.Go(func() error {
			do(&keys[i])
			return nil
		})
	}
	_ = group.Wait() // its functions return no error
}
