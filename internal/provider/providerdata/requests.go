package providerdata

import (
	"context"
	"sync"
	"time"
)

const (
	// quietTime is the time without other requests after which the CLI is assumed to have no request left.
	quietTime     = 2 * time.Second
	quietInterval = 50 * time.Millisecond
	// aloneTime is how long AwaitOthers waits when no other request is under way.
	aloneTime = 300 * time.Millisecond
)

// Requests counts the CLI's requests to this process. A nil Requests counts nothing, and its methods do not wait.
type Requests struct {
	mu       sync.Mutex
	underWay int
	begun    int
	ended    int
	waiting  int                // requests in AwaitOthers
	replace  context.CancelFunc // ends Await for the request that waits
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

// Await is called by a request. It waits until no other request has been under way for quietTime, or until stop returns true,
// and returns true. It returns false if ctx ends or another request calls Await: only one request waits at a time, because the
// CLIs send a few requests at a time, and further ones only after answers.
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

// AwaitOthers is called by a request that failed and may succeed after other requests of the same run, such as the deletion
// of a user while other requests revoke its keys. It waits until no other request is under way, except those in AwaitOthers. It
// reports whether there was another request, or one has ended since Ended returned ended. If not, a repetition is useless.
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
