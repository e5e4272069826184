package cache

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestReads_timeLimits: a read has the time limit of the caller that began it. A caller with a later limit begins another read when
// that limit ends the first one; a caller with an earlier limit, or with none, does not.
func TestReads_timeLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New[int](time.Now, time.Hour)
		var loads atomic.Int32
		load := func(ctx context.Context) (int, error) {
			n := int(loads.Add(1))
			select {
			case <-ctx.Done():
				return 0, ctx.Err()
			case <-time.After(5 * time.Second):
				return n, nil
			}
		}
		get := func(after, limit time.Duration) (took time.Duration, err error) {
			time.Sleep(after)
			ctx := t.Context()
			if limit > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, limit)
				defer cancel()
			}
			begun := time.Now()
			_, err = r.Get(ctx, "x", load)
			return time.Since(begun), err
		}
		type result struct {
			took time.Duration
			err  error
		}
		for name, c := range map[string]struct {
			limit time.Duration // of the caller that joins a second later; the first has 3 seconds
			took  time.Duration
			ended bool
			loads int32
		}{
			"a later limit":    {time.Minute, 7 * time.Second, false, 2},
			"an earlier limit": {time.Second, time.Second, true, 1},
			"no limit":         {0, 2 * time.Second, true, 1},
		} {
			loads.Store(0)
			first := make(chan result, 1)
			go func() { took, err := get(0, 3*time.Second); first <- result{took, err} }()
			took, err := get(time.Second, c.limit)
			if got := <-first; !errors.Is(got.err, context.DeadlineExceeded) || got.took != 3*time.Second {
				t.Errorf("%s: the first caller: %v after %s", name, got.err, got.took)
			}
			if errors.Is(err, context.DeadlineExceeded) != c.ended || took != c.took || loads.Load() != c.loads {
				t.Errorf("%s: %v after %s, %d reads", name, err, took, loads.Load())
			}
			r.Drop("x")
		}
		if took, err := get(0, 0); err != nil || took != 5*time.Second {
			t.Errorf("alone and without a limit: %v after %s", err, took)
		}
	})
}
