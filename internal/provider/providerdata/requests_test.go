package providerdata

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func never() bool { return false }

// await calls Await as a request, and returns what it returned and how long it took.
func await(ctx context.Context, r *Requests, stop func() bool) (ok bool, took time.Duration) {
	began := time.Now()
	defer r.Begin()()
	ok = r.Await(ctx, stop)
	return ok, time.Since(began)
}

func TestRequests_waitsUntilQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Requests{}
		// Others are under way for a minute, with pauses in which the CLI thinks.
		go func() {
			for range 20 {
				end := r.Begin()
				time.Sleep(2 * time.Second)
				end()
				time.Sleep(time.Second)
			}
		}()
		ok, took := await(t.Context(), r, never)
		if at := 59*time.Second + quietTime; !ok || took < at-2*quietInterval || took > at+2*quietInterval {
			t.Errorf("%v after %s, want %s", ok, took, at)
		}
		if ok, took := await(t.Context(), r, never); !ok || took > quietTime+2*quietInterval {
			t.Errorf("nothing else under way: %v after %s", ok, took)
		}
	})
}

// TestRequests_oneWaits: a CLI sends ten requests at a time. If all of them waited, it would send no more.
func TestRequests_oneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Requests{}
		slots := make(chan struct{}, 10)
		waited := make(chan bool, 30)
		for range 30 {
			go func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				ok, _ := await(t.Context(), r, never)
				waited <- ok
			}()
		}
		last := 0
		for range 30 {
			if <-waited {
				last++
			}
		}
		if last != 1 {
			t.Errorf("%d requests waited to the end, want the last one", last)
		}
	})
}

func TestRequests_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Requests{}
		defer r.Begin()() // never ends
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if ok, took := await(ctx, r, never); ok || took != time.Minute {
			t.Errorf("cancelled: %v after %s", ok, took)
		}
		began := time.Now()
		if ok, took := await(t.Context(), r, func() bool { return time.Since(began) >= 10*time.Second }); !ok || took > 11*time.Second {
			t.Errorf("stopped: %v after %s", ok, took)
		}
		if ok, took := await(t.Context(), nil, never); !ok || took != 0 {
			t.Errorf("without a count: %v after %s", ok, took)
		}
	})
}

// TestRequests_awaitOthers: it waits for other requests under way, but not for those in AwaitOthers.
func TestRequests_awaitOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &Requests{}
		wait := func() (others bool, took time.Duration) {
			began := time.Now()
			defer r.Begin()()
			others = r.AwaitOthers(t.Context(), r.Ended())
			return others, time.Since(began)
		}
		if others, took := wait(); others || took > aloneTime {
			t.Errorf("alone: %v after %s", others, took)
		}
		ended := r.Ended()
		r.Begin()()
		if !r.AwaitOthers(t.Context(), ended) {
			t.Error("one that has ended since is no reason to try again")
		}
		end := r.Begin()
		go func() { time.Sleep(time.Minute); end() }()
		if others, took := wait(); !others || took < time.Minute || took > time.Minute+quietTime+2*quietInterval {
			t.Errorf("with another one: %v after %s", others, took)
		}
		both := make(chan bool)
		for range 2 {
			go func() { others, _ := wait(); both <- others }()
		}
		synctest.Wait()
		if first, second := <-both, <-both; first && second {
			t.Error("two that wait took each other for a reason to wait")
		}
	})
	if (*Requests)(nil).AwaitOthers(t.Context(), 0) {
		t.Error("nobody counts, and there are others")
	}
}
