package api

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const (
	// lockedAt is how many refusals in a row lock an access out (official).
	lockedAt = 4
	// secondTries is how many calls may be sent, one at a time, after a credential that worked was refused.
	secondTries = 2
	// momentsAgo is how long an accepted credential makes a 400/4120 look like load rather than like an unknown key: it
	// was measured under load (2026-08).
	momentsAgo = time.Minute
	// verdictIn is how long the other calls wait for the first one to find out about the credential: an endpoint that
	// does not answer must still be reported in time.
	verdictIn = 1500 * time.Millisecond
)

// trust is what the answers so far say of the client's credential. It keeps a process away from the lock-out, which
// counts the refusals of all its calls: as long as nothing shows that the credential is good, one call at a time is sent
// and finds out for the others.
//
// A credential that was never accepted is refused once. One that worked is tried again by at most secondTries calls, and
// never by one whose refusal would be the one that locks. After that nothing is sent any more. What was under way when
// the first refusal came cannot be called back, but is waited for.
type trust struct {
	mu       sync.Mutex
	accepted time.Time     // when the last call left that was accepted; zero = none was
	refusals int           // in a row, since
	tries    int           // of them, those of calls that were sent alone
	last     error         // the last refusal
	trying   bool          // the one call under way is sent although the last one was refused
	underway int           // calls that were sent and have no answer
	settled  chan struct{} // closed when one of them has; nil = nobody waits for that
	silent   bool          // the first call found out nothing: the endpoint does not answer, or not with a verdict
}

// enter lets a call be sent. again says that it had to wait for others, and that the way has to be begun anew. The error
// is ctx's, or the refusal because of which nothing is sent any more. Every call that is let in must leave.
func (t *trust) enter(ctx context.Context) (again bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.good() || t.underway == 0 && !t.over():
		t.underway++
		t.trying = t.refusals > 0
		return false, nil
	case t.underway == 0:
		return false, t.last
	case t.settled == nil:
		t.settled = make(chan struct{})
	}
	return true, t.wait(ctx)
}

// wait returns when a call that is under way has its answer, or when it is not to be waited for any more. It gives up
// the lock meanwhile.
func (t *trust) wait(ctx context.Context) error {
	settled, first := t.settled, t.refusals == 0
	t.mu.Unlock()
	defer t.mu.Lock()
	late := time.NewTimer(verdictIn)
	defer late.Stop()
	if !first {
		late.Stop()
	}
	select {
	case <-settled:
		return nil
	case <-late.C:
		t.mu.Lock()
		t.silent = true
		t.mu.Unlock()
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// good reports whether calls need not wait for each other.
func (t *trust) good() bool { return t.refusals == 0 && (!t.accepted.IsZero() || t.silent) }

// leave takes in what a call that left at sent came to.
func (t *trust) leave(sent time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case accepts(err):
		if sent.After(t.accepted) {
			t.accepted = sent
		}
		t.refusals, t.tries, t.last = 0, 0, nil
	case refuses(err):
		if t.trying {
			t.tries++
		}
		t.refusals, t.last = t.refusals+1, err
	case t.accepted.IsZero():
		t.silent = true
	}
	t.underway, t.trying = t.underway-1, false
	if t.settled != nil {
		close(t.settled)
		t.settled = nil
	}
}

// over reports that nothing is sent any more.
func (t *trust) over() bool {
	switch {
	case t.refusals == 0:
		return false
	case t.accepted.IsZero():
		return true
	}
	return t.tries >= secondTries || t.refusals%lockedAt == lockedAt-1
}

// doubts reports whether a 400/4120 to a call that left at sent may be one under load, and may be tried again.
func (t *trust) doubts(sent time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.accepted.IsZero() && sent.Sub(t.accepted) < momentsAgo && t.tries < secondTries
}

// refuses reports an answer that counts towards the lock-out, or comes from it: 400/4120 and 401 with 1, 11 or 13 (A23).
func refuses(err error) bool {
	e := As(err)
	return e != nil && (e.has(4120, 4120) || e.StatusCode == http.StatusUnauthorized && (e.has(1, 1) || e.has(11, 11) || e.has(13, 13)))
}

// accepts reports an answer that only a caller gets whose credential was found good (A25 for the refusals).
func accepts(err error) bool {
	if err == nil {
		return true
	}
	e := As(err)
	if e == nil || len(e.Problems) == 0 || refuses(err) || IsKeyNotFound(err) || IsThrottled(err) {
		return false
	}
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusFailedDependency:
		return true
	}
	return IsForbidden(err)
}
