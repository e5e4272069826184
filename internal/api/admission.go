package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// admission admits requests as the lock-out guard and the circuit breaker allow.
type admission struct {
	now func() time.Time

	mu      sync.Mutex
	guard   auth.Guard
	breaker *breaker.Breaker
	changed chan struct{}                        // closed at the next change; nil = no request waits for one
	waiting map[*request]context.CancelCauseFunc // end the waits for the rate limit
}

// permit is the admission of a request. settle returns it with the outcome.
type permit struct {
	probe  bool      // the request tests the endpoint for all
	proven bool      // the credential was known to be good
	begun  time.Time // when the request was admitted
	unlock func()    // lets other processes test the credential
}

// errTripped is the cause if a wait for the rate limit ends because the breaker opened.
var errTripped = errors.New("the circuit breaker opened")

// ready waits until a request may be admitted. The error is that of ctx, an *UnsentError without an action, or a
// *GivenUpError.
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

// waitFor waits for a change, for at most d unless d is 0.
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
		return timelimit.Err(ctx)
	}
	return nil
}

// enter admits a request, unless something changed since ready returned. After the request, call leave.
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

// check reports whether a request may be sent. If send is false, the request fails with err or, if err is nil, waits for the next
// change, for at most wait (0 = no limit).
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
	stopped bool // the credential is no longer sent
}

// leave records the outcome of the attempt that was admitted with p. known says that the API itself has answered before.
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

// wake makes all waiting requests check again. Requests that wait for the rate limit keep waiting, unless the breaker is open.
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

// untilTripped returns the context for a wait for the rate limit, which also ends when the breaker opens. Call done after
// the wait.
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

// giveUp opens the breaker for a request that has been tried since begun, unless another request was answered in the meantime.
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

// mayBeLoad reports whether load may have caused a 400/4120 to a request sent at sent, which then may be retried.
func (a *admission) mayBeLoad(sent time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.guard.MayBeLoad(sent)
}
