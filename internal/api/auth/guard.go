// Package auth keeps a client away from the lock-out of its credential. The API blocks an access after four refused
// requests in a row (official), whichever process sent them.
package auth

import "time"

const (
	// lockOut is how many refusals in a row lock an access (official).
	lockOut = 4
	// MaxInFlight is how many requests may be in flight at once: should the key be switched off meanwhile, all of them
	// are refused, and the access must not be locked by them.
	MaxInFlight = lockOut - 1
	// recent is how long an accepted credential makes a 400/4120 look like load rather than like an unknown key: it was
	// measured under load (2026-08).
	recent = time.Minute
)

// Outcome is what the answer to one request says of the credential.
type Outcome int

// The outcomes.
const (
	Unclear    Outcome = iota // nothing: the request was not sent, or the answer is not about the credential
	Accepted                  // the credential is good
	Refused                   // the credential was refused, which counts towards the lock-out
	WrongDate                 // the signature's date was refused, which counts as well; the next one has a better date
	Unanswered                // the answer was lost: it may have been a refusal
)

// Guard reports whether a credential may be used now. As long as no answer has accepted it, one request at a time is sent
// and finds out for all: a credential that was never accepted is refused once. After a refusal of one that worked,
// requests are sent one at a time, until MaxInFlight refusals in a row were counted; then nothing is sent any more. What
// is in flight when the first refusal comes cannot be called back, but is waited for, and counts.
//
// A Guard has no lock of its own.
type Guard struct {
	accepted   time.Time // when the last request left that was accepted; zero = none
	inFlight   int
	refusals   int   // in a row, also those for a wrong date
	dates      int   // of them, those for a wrong date
	last       error // the last refusal
	unanswered int   // requests whose answer was lost before any was accepted
}

// Decision says what is to become of a request.
type Decision int

// The decisions.
const (
	Send Decision = iota
	Wait          // until the outcome of another request is known
	Stop          // the credential was refused: see Refusal
)

// Decide says what becomes of a request that would be sent now.
func (g *Guard) Decide() Decision {
	switch {
	case g.Proven() && g.inFlight < MaxInFlight, g.inFlight == 0 && !g.stopped():
		return Send
	case g.inFlight == 0:
		return Stop
	}
	return Wait
}

// Enter counts a request that is sent. Leave must follow.
func (g *Guard) Enter() { g.inFlight++ }

// Leave takes in the outcome of a request that left at sent. err is its error.
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

// Proven reports that the credential was accepted, and not refused since.
func (g *Guard) Proven() bool { return g.refusals == 0 && !g.accepted.IsZero() }

// WasAccepted reports that an answer has accepted the credential, whatever came after.
func (g *Guard) WasAccepted() bool { return !g.accepted.IsZero() }

// Refusal is the refusal for which nothing is sent any more, nil while requests are sent.
func (g *Guard) Refusal() error {
	if g.stopped() {
		return g.last
	}
	return nil
}

func (g *Guard) stopped() bool {
	return g.refusals >= MaxInFlight || g.accepted.IsZero() && (g.refusals > g.dates || g.dates > 1)
}

// MayBeLoad reports whether a 400/4120 to a request that left at sent may come of load, and may be tried again.
func (g *Guard) MayBeLoad(sent time.Time) bool {
	return !g.accepted.IsZero() && sent.Sub(g.accepted) < recent && !g.stopped()
}

// Exhausted reports that so many answers were lost before any was accepted that one more could lock the access.
func (g *Guard) Exhausted() bool { return g.unanswered+g.refusals >= MaxInFlight }
