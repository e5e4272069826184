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

// RevokeError says that a run-scoped key could not be revoked. The journal keeps it for the next run.
type RevokeError struct {
	Key key.Key // as it was last known, without its secret
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

// parallelRevocations is how many keys are revoked at the same time. More would achieve no more where the API limits the
// rate, and waste requests while it is found out.
const parallelRevocations = 5

// revokeAll lets no change begin any more, revokes the run-scoped keys, then waits for the changes under way and revokes
// what they added. It takes no longer than ctx, and returns the keys that are left. Calling it again goes on with those.
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

// revoke revokes every run-scoped key but those that failed already. First all are deactivated, then they are deleted, so
// that as few as possible still work when the time is up. The caller's own keys are deleted at once.
func (t *Tracker) revoke(ctx context.Context, failed []*RevokeError) []*RevokeError {
	keys := t.remaining(failed)
	forEach(keys, func(k *RunKey) {
		if inert, err := k.Keys.Deactivate(ctx, k.Owner, k.Key); err == nil { // otherwise Revoke tries it again
			k.Key = inert
			t.update(*k)
		}
	})
	slices.SortStableFunc(keys, func(a, b RunKey) int { return cmp.Compare(inertRank(a), inertRank(b)) })
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

// inertRank sorts the keys that still work before those that do not.
func inertRank(k RunKey) int {
	if k.Key.State == key.Inactive {
		return 1
	}
	return 0
}

// forEach calls do for every key, parallelRevocations of them at a time, in their order.
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
