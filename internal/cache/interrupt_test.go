package cache

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestReads_interrupted: a caller that is cancelled gets another error than one whose time has ended.
func TestReads_interrupted(t *testing.T) {
	r := New[int](time.Now, time.Minute)
	never := func(ctx context.Context) (int, error) { <-t.Context().Done(); return 0, ctx.Err() }
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	late, end := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer end()
	for want, ctx := range map[string]context.Context{"the read was not finished: interrupted": canceled, "the read was not finished: context deadline": late} {
		if _, err := r.Get(ctx, "x", never); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ctx.Err()) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
