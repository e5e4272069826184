package api

import (
	"net/http"
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
)

// trust is what the answers so far say of the client's credential. It keeps a process away from the lock-out, which
// counts the refusals of all its calls: as long as nothing shows that the credential is good, one call at a time is sent
// and finds out for the others, however long it takes. That an endpoint which gives no answer is reported in time all the
// same is a matter of reach.
//
// A credential that was never accepted is refused once. One that worked is tried again by at most secondTries calls, and
// never by one whose refusal would be the one that locks. After that nothing is sent any more. What was under way when
// the first refusal came cannot be called back, but is waited for.
type trust struct {
	accepted time.Time // when the last call left that was accepted; zero = none was
	refusals int       // in a row, since
	tries    int       // of them, those of calls that were sent alone
	last     error     // the last refusal
	unheard  int       // calls whose answer was lost before any was accepted: each may have been a refusal
}

// good reports whether calls need not wait for each other.
func (t *trust) good() bool { return t.refusals == 0 && !t.accepted.IsZero() }

// note takes in what a call that left at sent came to. trying says that the last refusal stood when it was let in.
func (t *trust) note(sent time.Time, err error, status int, trying bool) {
	switch {
	case accepts(err):
		if sent.After(t.accepted) {
			t.accepted = sent
		}
		t.refusals, t.tries, t.unheard, t.last = 0, 0, 0, nil
	case refuses(err), bare401(err) && !t.accepted.IsZero():
		if trying {
			t.tries++
		}
		t.refusals, t.last = t.refusals+1, err
	case t.accepted.IsZero() && unheard(err, status):
		t.unheard++
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
	return !t.accepted.IsZero() && sent.Sub(t.accepted) < momentsAgo && t.tries < secondTries
}

// refuses reports an answer that counts towards the lock-out, or comes from it: 400/4120 and 401 with 1, 11 or 13 (A23).
func refuses(err error) bool {
	e := As(err)
	return e != nil && (e.has(4120, 4120) || e.StatusCode == http.StatusUnauthorized && (e.has(1, 1) || e.has(11, 11) || e.has(13, 13)))
}

// bare401 reports a 401 whose body is not the API's, or was lost on its way. From an API that has accepted the credential
// it is a refusal; before, it may as well be a page of something else.
func bare401(err error) bool {
	e := As(err)
	return e != nil && e.StatusCode == http.StatusUnauthorized && len(e.Problems) == 0
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
