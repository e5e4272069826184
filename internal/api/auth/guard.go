// Package auth prevents that refused requests lock an account. The API locks it after four refused requests in a row (official),
// which may come from several processes.
package auth

import "time"

const (
	// lockOut is the number of refusals in a row that lock an account out (official).
	lockOut = 4
	// MaxInFlight is how many requests may be in flight at once. If the key is switched off in the meantime, the API refuses all of
	// them, which must not lock the account.
	MaxInFlight = lockOut - 1
	// recent is how long after an accepted request a 400/4120 may be caused by load (measured 2026-08).
	recent = time.Minute
)

// Outcome is the result of one request for the credential.
type Outcome int

// The outcomes.
const (
	Unclear    Outcome = iota // no result: the request was not sent, or the answer does not depend on the credential
	Accepted                  // the credential is good
	Refused                   // the credential was refused, which counts towards the lock-out
	WrongDate                 // the signature's date was refused, which counts as well; the next request has a better date
	Unanswered                // the answer was lost, and may have been a refusal
)

// Guard decides whether a credential may be sent now. Until the API has accepted the credential, one request at a time is sent
// and tests it for all, so that a wrong credential is refused only once. After the refusal of a credential that worked,
// requests are sent one at a time, and none after MaxInFlight refusals in a row. Requests in flight at the first refusal
// cannot be cancelled. They are awaited and counted.
//
// A Guard has no lock of its own.
type Guard struct {
	accepted   time.Time // when the last accepted request was sent; zero = none
	inFlight   int
	refusals   int   // in a row, including those for a wrong date
	dates      int   // the part of refusals for a wrong date
	last       error // the last refusal
	unanswered int   // requests whose answer was lost before any was accepted
}

// Decision is the decision about a request.
type Decision int

// The decisions.
const (
	Send Decision = iota
	Wait          // until the outcome of another request is known
	Stop          // the credential was refused: see Refusal
)

// Decide returns the decision about a request that would be sent now.
func (g *Guard) Decide() Decision {
	switch {
	case g.Proven() && g.inFlight < MaxInFlight, g.inFlight == 0 && !g.stopped():
		return Send
	case g.inFlight == 0:
		return Stop
	}
	return Wait
}

// Enter counts a request that is sent. Call Leave after the request.
func (g *Guard) Enter() { g.inFlight++ }

// Leave records the outcome of a request sent at sent. err is its error.
func (g *Guard) Leave(sent time.Time, outcome Outcome, err error) {
	g.inFlight--
	switch outcome {
	case Accepted:
		if sent.After(g.accepted) {
			g.accepted = sent
		}
		g.refusals, g.dates, g.unanswered, g.last = 0, 0, 0, nil
	case Refused:
		g.refusals, g.last = g.refusals+1, err
	case WrongDate:
		g.refusals, g.dates, g.last = g.refusals+1, g.dates+1, err
	case Unanswered:
		if g.accepted.IsZero() {
			g.unanswered++
		}
	case Unclear:
	}
}

// Proven reports whether the last answer about the credential accepted it.
func (g *Guard) Proven() bool { return g.refusals == 0 && !g.accepted.IsZero() }

// WasAccepted reports whether the credential was ever accepted.
func (g *Guard) WasAccepted() bool { return !g.accepted.IsZero() }

// Refusal returns the refusal that stopped all requests, nil while requests are sent.
func (g *Guard) Refusal() error {
	if g.stopped() {
		return g.last
	}
	return nil
}

func (g *Guard) stopped() bool {
	return g.refusals >= MaxInFlight || g.accepted.IsZero() && (g.refusals > g.dates || g.dates > 1)
}

// MayBeLoad reports whether load may have caused a 400/4120 to a request sent at sent, which then may be retried.
func (g *Guard) MayBeLoad(sent time.Time) bool {
	return !g.accepted.IsZero() && sent.Sub(g.accepted) < recent && !g.stopped()
}

// Exhausted reports whether so many answers were lost before any was accepted that one more could lock the account out.
func (g *Guard) Exhausted() bool { return g.unanswered+g.refusals >= MaxInFlight }
