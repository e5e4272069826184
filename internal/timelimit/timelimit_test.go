package timelimit

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestErr_namesLimit: the error has the limit that ended the context, also below other contexts, and no other limit.
func TestErr_namesLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := Limit{Duration: time.Second, Remedy: "r"}
		with := func(ctx context.Context, l Limit) context.Context {
			ctx, cancel := With(ctx, l)
			t.Cleanup(cancel)
			return ctx
		}
		std := func(ctx context.Context, d time.Duration) context.Context {
			ctx, cancel := context.WithTimeout(ctx, d)
			t.Cleanup(cancel)
			return ctx
		}
		detached, cancel := Detach(with(t.Context(), second), time.Hour)
		defer cancel()
		unbounded, cancel := Detach(t.Context(), time.Second)
		defer cancel()
		canceled, cancel := context.WithCancel(with(t.Context(), second))
		cancel()
		for name, c := range map[string]struct {
			ctx  context.Context
			want string
		}{
			"the limit":            {with(t.Context(), second), "the time limit of 1s has ended"},
			"an inner later limit": {with(with(t.Context(), second), Limit{Duration: time.Hour}), "the time limit of 1s has ended"},
			"an inner context":     {std(with(t.Context(), second), time.Hour), "the time limit of 1s has ended"},
			"an earlier inner one": {std(with(t.Context(), Limit{Duration: 2 * time.Second}), time.Second), "context deadline exceeded"},
			"an earlier limit":     {with(with(t.Context(), Limit{Duration: time.Hour}), second), "the time limit of 1s has ended"},
			"an earlier outer one": {with(std(t.Context(), time.Second), Limit{Duration: 2 * time.Second}), "context deadline exceeded"},
			"detached":             {detached, "the time limit of 1s has ended"},
			"the fallback":         {unbounded, "the time limit of 1s has ended"},
			"interrupted":          {canceled, "interrupted: context canceled"},
		} {
			if name != "interrupted" {
				if err := Err(c.ctx); err != nil {
					t.Errorf("%s, before the end: %v", name, err)
				}
			}
			time.AfterFunc(1500*time.Millisecond, func() {
				if err := Err(c.ctx); err == nil || err.Error() != c.want || !errors.Is(err, c.ctx.Err()) {
					t.Errorf("%s: %v, want %q", name, err, c.want)
				}
			})
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		var ended *Limit
		if !errors.As(Err(detached), &ended) || ended.Remedy != "r" {
			t.Errorf("the limit is %+v", ended)
		}
	})
}
