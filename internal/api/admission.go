package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
)

// admission admits requests as the lock-out guard and the circuit breaker allow.
type admission struct {
	now func() time.Time

	mu      sync.Mutex
	guard   auth.Guard
	breaker *breaker.Breaker
	changed chan struct{}                        // closed when something changed; nil = nobody waits for that
	waiting map[*request]context.CancelCauseFunc // ends the waits for the rate limit
}

// permit is the admission of a request. settle returns it with the outcome.
type permit struct {
	probe  bool      // it finds out about the endpoint
	proven bool      // the credential was known to be good
	begun  time.Time // when it was admitted
	unlock func()    // lets other processes find out about the credential
}

// errTripped ends a wait for the rate limit, because the breaker opened.
var errTripped = errors.New("the circuit breaker opened")

// ready returns when a request may be admitted. The error is ctx's, an *UnsentError without its action,
// or a *GivenUpError.
func (a *admission) ready(ctx context.Context, r *request) error {
	for {
		a.mu.Lock()
		send, wait, err := a.check(r)
		if send || err != nil {
			a.mu.Unlock()
			return err
		}
		if a.changed == nil {
			a.changed = make(chan struct{})
		}
		changed := a.changed
		a.mu.Unlock()
		if err := waitFor(ctx, changed, wait); err != nil {
			return err
		}
	}
}

// waitFor waits for something to change, for at most d where d is not 0.
func waitFor(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	var late <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-changed:
	case <-late:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// enter admits a request, unless something changed since ready returned. leave must follow.
func (a *admission) enter(r *request) (permit, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if send, _, _ := a.check(r); !send {
		return permit{}, false
	}
	p := permit{proven: a.guard.Proven(), begun: a.now(), unlock: func() {}}
	p.probe = !r.unlimited && a.breaker.Enter()
	a.guard.Enter()
	return p, true
}

// check reports whether a request may be sent, or has to wait, at most for wait where that is not 0, or fails.
func (a *admission) check(r *request) (send bool, wait time.Duration, err error) {
	if !r.unlimited {
		d := a.breaker.Decide(a.now(), r.repeatable)
		if a.breaker.Open() {
			a.wake()
			return false, 0, &GivenUpError{Err: d.Err}
		}
		if !d.Send {
			return false, d.Wait, nil
		}
	}
	switch a.guard.Decide() {
	case auth.Send:
		return true, 0, nil
	case auth.Stop:
		return false, 0, &UnsentError{Err: a.guard.Refusal()}
	}
	return false, 0, nil
}

// change is the effect of an outcome on other requests.
type change struct {
	tripped bool // the breaker has opened
	stopped bool // the credential is not sent any more
}

// leave records the outcome of an attempt. known reports whether the API itself has answered before.
func (a *admission) leave(p permit, o outcome, known bool) change {
	a.mu.Lock()
	defer a.mu.Unlock()
	open, refused, now := a.breaker.Open(), a.guard.Refusal() != nil, a.now()
	a.breaker.Leave(p.probe, now, p.begun, o.endpoint(known), o.err)
	credential := o.credential(a.guard.WasAccepted())
	a.guard.Leave(o.sent, credential, o.err)
	if credential == auth.Unanswered && a.guard.Exhausted() && !a.breaker.Open() {
		a.breaker.Trip(now, o.err)
	}
	a.wake()
	return change{tripped: a.breaker.Open() && !open, stopped: a.guard.Refusal() != nil && !refused}
}

// wake makes all waiting requests check again. Those that wait for the rate limit continue unless the breaker is open.
func (a *admission) wake() {
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
	if a.breaker.Open() {
		for _, end := range a.waiting {
			end(errTripped)
		}
		clear(a.waiting)
	}
}

// untilTripped is ctx for a wait for the rate limit, which ends when the breaker opens. Call done after it.
func (a *admission) untilTripped(ctx context.Context, r *request) (waiting context.Context, done func()) {
	if r.unlimited {
		return ctx, func() {}
	}
	waiting, end := context.WithCancelCause(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.waiting == nil {
		a.waiting = map[*request]context.CancelCauseFunc{}
	}
	a.waiting[r] = end
	if a.breaker.Open() {
		end(errTripped)
	}
	return waiting, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, r)
		end(nil)
	}
}

// giveUp opens the breaker for a request that is tried since begun, unless something answered others meanwhile.
func (a *admission) giveUp(begun time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.breaker.GiveUp(a.now(), begun, err)
	a.wake()
}

// open reports whether requests fail without being sent.
func (a *admission) open() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.breaker.Open()
}

// accepted reports whether an answer has shown that the credential is good.
func (a *admission) accepted() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.guard.WasAccepted()
}

// mayBeLoad reports whether a 400/4120 to a request that left at sent may be caused by load, and may be tried again.
func (a *admission) mayBeLoad(sent time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.guard.MayBeLoad(sent)
}
