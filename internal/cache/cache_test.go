package cache

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var bg = context.Background()

// clock is a clock that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newClock() *clock { return &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

// counted is a load that counts.
func counted(n *int, err error) func(context.Context) (int, error) {
	return func(context.Context) (int, error) {
		*n++
		return *n, err
	}
}

func TestReads_ttl(t *testing.T) {
	c, n := newClock(), 0
	r := New[int](c.now, time.Minute)
	for _, step := range []struct {
		after time.Duration
		age   time.Duration
		want  int
	}{{0, time.Minute, 1}, {59 * time.Second, time.Minute, 1}, {0, 30 * time.Second, 2}, {time.Minute, time.Hour, 3}} {
		c.at = c.at.Add(step.after)
		if got, err := r.GetWithin(bg, "x", step.age, counted(&n, nil)); err != nil || got != step.want {
			t.Errorf("after %s: %d, %v, want %d", step.after, got, err, step.want)
		}
	}
	if got, ok := r.Peek("x", time.Minute); !ok || got != 3 {
		t.Errorf("Peek = %d, %v", got, ok)
	}
	c.at = c.at.Add(time.Minute)
	if _, ok := r.Peek("x", time.Hour); ok {
		t.Error("Peek returns what is older than the TTL")
	}
}

// If one caller is cancelled, the read continues for the others. A failed read is not kept.
func TestReads_waiters(t *testing.T) {
	r := New[int](time.Now, time.Minute)
	inside, release := make(chan struct{}), make(chan struct{})
	var loads atomic.Int32
	load := func(ctx context.Context) (int, error) {
		if loads.Add(1) == 1 {
			close(inside)
			<-release
		}
		return 1, ctx.Err()
	}
	ctx, cancel := context.WithCancel(bg)
	gaveUp, served := make(chan error), make(chan error)
	go func() { _, err := r.Get(ctx, "x", load); gaveUp <- err }()
	<-inside
	go func() { _, err := r.Get(bg, "x", load); served <- err }()
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("the first caller: %v", err)
	}
	close(release)
	if err := <-served; err != nil {
		t.Errorf("the second caller: %v", err)
	}
	if n := loads.Load(); n != 1 {
		t.Errorf("%d loads, want 1", n)
	}
	n := 0
	failing := New[int](time.Now, time.Minute)
	for range 2 {
		if _, err := failing.Get(bg, "x", counted(&n, errors.New("failed"))); err == nil {
			t.Error("the failure is lost")
		}
	}
	if n != 2 || len(failing.entries) > 0 {
		t.Errorf("%d loads, %d kept", n, len(failing.entries))
	}
}

func TestReads_keepErrors(t *testing.T) {
	c, n := newClock(), 0
	kept := errors.New("kept")
	r := New[int](c.now, time.Hour).KeepErrors(time.Minute, func(err error) bool { return errors.Is(err, kept) })
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {59 * time.Second, 1}, {time.Second, 2}} {
		c.at = c.at.Add(step.after)
		if _, err := r.Get(bg, "x", counted(&n, kept)); !errors.Is(err, kept) || n != step.want {
			t.Errorf("after %s: %v, %d loads, want %d", step.after, err, n, step.want)
		}
	}
	if _, ok := r.Peek("x", time.Minute); ok {
		t.Error("Peek returns a failure")
	}
	r.Change("x", func(v int) int { return v + 1 })
	if got, err := r.Get(bg, "x", counted(&n, nil)); err != nil || got != 3 {
		t.Errorf("after a write: %d, %v", got, err)
	}
}

// The end of a caller's time limit is not kept: a caller with more time reads again.
func TestReads_keepErrorsNotTimeLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New[int](time.Now, time.Hour).KeepErrors(time.Minute, func(error) bool { return true })
		loads := 0
		read := func(limit time.Duration) (int, error) {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			return r.Get(ctx, "", func(ctx context.Context) (int, error) {
				if loads++; loads > 1 {
					return 1, nil
				}
				<-ctx.Done()
				return 0, ctx.Err()
			})
		}
		if _, err := read(time.Second); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		synctest.Wait()
		if v, err := read(time.Minute); v != 1 || err != nil || loads != 2 {
			t.Errorf("%d, %v after %d loads", v, err, loads)
		}
	})
}

// A result has the write, whether or not the read that was in flight had it.
func TestReads_change(t *testing.T) {
	r := New[[]string](time.Now, time.Minute)
	add := func(v []string) []string { return append(v[:len(v):len(v)], "written") }
	r.Change("x", add) // nothing is there to change
	inside, release := make(chan struct{}), make(chan struct{})
	done := make(chan []string)
	go func() {
		got, _ := r.Get(bg, "x", func(context.Context) ([]string, error) {
			close(inside)
			<-release
			return []string{"read"}, nil
		})
		done <- got
	}()
	<-inside
	r.Change("x", add)
	close(release)
	if got := fmt.Sprint(<-done); got != "[read written]" {
		t.Errorf("%s", got)
	}
	r.Change("x", add)
	if got, _ := r.Peek("x", time.Minute); fmt.Sprint(got) != "[read written written]" {
		t.Errorf("%v", got)
	}
	if got, ok := r.Find(func(v []string) bool { return len(v) == 3 }); !ok || len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// A read that began before Drop is not used after it.
func TestReads_drop(t *testing.T) {
	r := New[int](time.Now, time.Minute)
	inside, release := make(chan struct{}), make(chan struct{})
	done := make(chan int)
	go func() {
		got, _ := r.Get(bg, "x", func(context.Context) (int, error) {
			close(inside)
			<-release
			return 1, nil
		})
		done <- got
	}()
	<-inside
	r.Drop("x")
	n := 1
	if got, err := r.Get(bg, "x", counted(&n, nil)); err != nil || got != 2 {
		t.Errorf("%d, %v", got, err)
	}
	close(release)
	if got := <-done; got != 1 {
		t.Errorf("who waited gets %d", got)
	}
	if got, ok := r.Peek("x", time.Minute); !ok || got != 2 {
		t.Errorf("%d, %v", got, ok)
	}
}

// Results that are too old are removed, so that the memory of a long process does not grow.
func TestReads_bounded(t *testing.T) {
	c, n := newClock(), 0
	r := New[int](c.now, time.Minute)
	for i := range 10_000 {
		if _, err := r.Get(bg, fmt.Sprint(i), counted(&n, nil)); err != nil {
			t.Fatal(err)
		}
		r.Put(fmt.Sprint("put", i), i)
		c.at = c.at.Add(time.Second)
	}
	if len(r.entries) > 4*60 {
		t.Errorf("%d results kept", len(r.entries))
	}
}
