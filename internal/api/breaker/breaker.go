// Package breaker is a circuit breaker. If the endpoint is down, all requests of a client fail within half a minute, however
// many there are.
//
//	closed --an attempt fails----------> probing --nothing answers in time--> open
//	closed <----something answers------- probing <------after Cooldown------- open
//
// While it is probing, one request at a time tests the endpoint for all. While it is open, requests fail without being sent.
package breaker

import "time"

// Cooldown is how long a breaker stays open: longer than a run takes to end after its calls fail at once. It is also the age
// from which a failure no longer counts.
const Cooldown = 20 * time.Second

// Limits are the time limits of the breaker.
type Limits struct {
	Attempt     time.Duration // one attempt, at most
	Unreachable time.Duration // how long attempts may fail to connect
	Foreign     time.Duration // how long answers may come from something that is not the API
	Silent      time.Duration // how long attempts may get no answer, and others wait for them
}

// Result is the result of one attempt for the endpoint.
type Result int

// The results.
const (
	Unclear     Result = iota // no result: the attempt was interrupted, or the connection broke
	Answered                  // the endpoint answered
	Unreachable               // the attempt did not connect
	TimedOut                  // the request was sent, and no answer came in time
	Foreign                   // the answer is not the API's
	Permanent                 // waiting does not help: no such host, a certificate that is not trusted
)

type state int

const (
	closed state = iota
	probing
	open
)

// Breaker reports whether the endpoint may be called now. It has no lock of its own.
type Breaker struct {
	limits Limits
	state  state
	since  time.Time // probing: when the first failed attempt began
	start  time.Time // probing: up to when another attempt may begin
	failed time.Time // when the last failed attempt ended
	silent time.Time // probing: when the first request without an answer ended; zero = none
	opened time.Time
	cause  error // of the first failed attempt
	stale  bool  // probing: cause is an old failure, and the next failure replaces it
	probes int   // attempts in flight that began while it was probing
}

// New returns a closed breaker.
func New(limits Limits) *Breaker { return &Breaker{limits: limits} }

// Decision is the decision about a request: it is sent, fails because of Err, or waits for the outcome of another one for at
// most Wait.
type Decision struct {
	Send bool
	Wait time.Duration
	Err  error
}

// Decide returns the decision about a request that would be sent now. While it is probing, the times are:
//
//	since     the first failed attempt began
//	start     from here on no attempt begins; requests fail and the breaker opens
//	silent    the first request without an answer ended: only repeatable requests are sent
//	failed    the last failed attempt ended; Cooldown later the breaker closes by itself
//
// While answers may be lost, only repeatable requests are sent, such as the look-up of an object after a lost answer. Other
// requests could create more objects whose answer is lost.
func (b *Breaker) Decide(now time.Time, repeatable bool) Decision {
	switch {
	case b.state == open && now.Sub(b.opened) < Cooldown:
		return Decision{Err: b.cause}
	case b.state == open:
		b.state, b.since, b.start, b.failed, b.stale = probing, now, now.Add(b.limits.Unreachable), now, true
	case b.state == probing && b.probes == 0 && now.Sub(b.failed) > Cooldown:
		b.close()
	}
	if b.state == closed {
		return Decision{Send: true}
	}
	held := b.probes > 0 || !b.silent.IsZero() && !repeatable
	left := b.since.Add(b.limits.Silent).Sub(now)
	if left <= 0 || !held && now.After(b.start) {
		b.Trip(now, b.cause)
		return Decision{Err: b.cause}
	}
	return Decision{Send: !held, Wait: left}
}

// Enter counts a request that is sent. After the request, pass probe to Leave.
func (b *Breaker) Enter() (probe bool) {
	if b.state == closed {
		return false
	}
	b.probes++
	return true
}

// Leave records the result of an attempt that began at began. err is its error.
func (b *Breaker) Leave(probe bool, now, began time.Time, result Result, err error) {
	if probe {
		b.probes--
	}
	switch {
	case result == Answered:
		b.close()
	case result == Unclear, b.state == open:
	case result == Permanent, result == TimedOut && !b.silent.IsZero() && !began.Before(b.silent):
		b.Trip(now, err)
	case result == Unreachable:
		b.suspect(now, began, b.limits.Unreachable, err)
	case result == Foreign:
		b.suspect(now, began, b.limits.Foreign, err)
		b.lossy(now)
	case result == TimedOut:
		b.suspect(now, began, b.limits.Silent-b.limits.Attempt, err)
		b.lossy(now)
	}
	if (result == Unreachable || result == Foreign) && b.state == probing && now.After(b.start) {
		b.Trip(now, b.cause) // an attempt that began before the first failure does not extend the time in which attempts may begin
	}
}

// suspect records a failed attempt. Other attempts may begin within the given time after the first failure.
func (b *Breaker) suspect(now, began time.Time, within time.Duration, err error) {
	if b.state == closed {
		b.state, b.since, b.stale = probing, began, true
	}
	if b.stale {
		b.cause, b.stale = err, false
	}
	b.failed, b.start = now, b.since.Add(within)
}

func (b *Breaker) lossy(now time.Time) {
	if b.silent.IsZero() {
		b.silent = now
	}
}

// GiveUp opens the breaker for a request that has been tried since begun, unless another request was answered in the meantime.
func (b *Breaker) GiveUp(now, begun time.Time, err error) {
	if b.state == probing && !b.since.After(begun) {
		b.Trip(now, err)
	}
}

// Trip opens the breaker. The cause is the first failure, because later ones may be its consequences.
func (b *Breaker) Trip(now time.Time, err error) {
	if b.state == probing && !b.stale {
		err = b.cause
	}
	b.state, b.opened, b.cause, b.silent = open, now, err, time.Time{}
}

func (b *Breaker) close() { b.state, b.silent, b.cause = closed, time.Time{}, nil }

// Open reports whether requests fail without being sent.
func (b *Breaker) Open() bool { return b.state == open }
