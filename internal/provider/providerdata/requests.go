package providerdata

import (
	"context"
	"sync"
	"time"
)

const (
	// quietTime is the time without other requests after which the CLI is assumed to have none left.
	quietTime     = 2 * time.Second
	quietInterval = 50 * time.Millisecond
	// aloneTime is how long AwaitOthers waits when no other request is under way.
	aloneTime = 300 * time.Millisecond
)

// Requests counts the CLI's requests that are under way in this process. A nil Requests counts nothing, and Await then does
// not wait.
type Requests struct {
	mu       sync.Mutex
	underWay int
	begun    int
	ended    int
	waiting  int                // in AwaitOthers
	replace  context.CancelFunc // of the request that waits
}

// Begin counts a request until end is called.
func (r *Requests) Begin() (end func()) {
	if r == nil {
		return func() {}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.underWay++
	r.begun++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.underWay--
		r.ended++
	}
}

// Ended returns how many requests have ended, for AwaitOthers.
func (r *Requests) Ended() int {
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// Await is called by a request, and waits until no other one was under way for a while, or until it need not wait any more.
// It reports false when the request must not wait any longer: it was cancelled, or another one has called Await. One
// request waits at a time, because the CLIs send a few at a time and would wait for all of them.
func (r *Requests) Await(ctx context.Context, stop func() bool) bool {
	if r == nil {
		return true
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	if r.replace != nil {
		r.replace()
	}
	r.replace = cancel
	r.mu.Unlock()
	tick := time.NewTicker(quietInterval)
	defer tick.Stop()
	for quiet, begun := time.Duration(0), 0; quiet < quietTime && !stop(); quiet += quietInterval {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
		r.mu.Lock()
		if r.underWay > 1 || r.begun != begun {
			quiet, begun = 0, r.begun
		}
		r.mu.Unlock()
	}
	return true
}

// AwaitOthers is called by a request that others of the same run may be in the way of, such as the deletion of a user while
// its keys are being revoked. It waits until no other request is under way, those aside that wait here as well. It reports
// whether there was another one, or one has ended since Ended returned that number: if not, trying again is of no use. A nil
// Requests does not wait.
func (r *Requests) AwaitOthers(ctx context.Context, ended int) (others bool) {
	if r == nil {
		return false
	}
	tick := time.NewTicker(quietInterval)
	defer tick.Stop()
	r.mu.Lock()
	r.waiting++
	begun := r.begun
	others = r.ended != ended
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.waiting--
	}()
	for quiet, enough := time.Duration(0), aloneTime; quiet < enough; quiet += quietInterval {
		r.mu.Lock()
		if r.underWay > r.waiting || r.begun != begun {
			others, quiet, enough, begun = true, 0, quietTime, r.begun
		}
		r.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return others
}
