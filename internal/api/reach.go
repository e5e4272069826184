package api

import (
	"errors"
	"time"
)

// askAgain is how long nothing is sent to an endpoint that was given up on: longer than a run takes to end once its calls
// fail at once, so that all of them together still end within 30 s. It is also how old doubts are no doubts any more.
const askAgain = 20 * time.Second

// aMoment is how long other calls wait for one that finds out whether an endpoint that was given up on is back.
const aMoment = 2 * time.Second

// reach is what the attempts so far say of the endpoint. From the first one that found nothing there until something
// answers it is in doubt: one call at a time finds out for all. When it was in doubt for too long it is given up on, and
// whatever waits or comes fails unsent: however many calls a run makes, it knows within 30 s of the first. After askAgain
// without a call everything begins anew. Where calls went on coming, one at a time finds out, as long and as often as the
// first did; the others wait for it a moment and then go on failing unsent.
type reach struct {
	since  time.Time // when the first attempt was begun that found nothing; zero = no doubt
	latest time.Time // when the last such attempt ended
	start  time.Time // up to when another one may be begun
	cause  error     // what the first one got
	hushed time.Time // when it was noticed that what is sent may be lost; zero = it was not
	gone   time.Time // when the endpoint was given up on; zero = it is not
	asked  time.Time // when a call last failed unsent for that
	probe  time.Time // when calls began to find out whether it is back; zero = it was not given up on
}

// lost reports that nothing is sent.
func (r *reach) lost() bool { return !r.gone.IsZero() }

// uncertain reports that only one call at a time is to be sent.
func (r *reach) uncertain() bool { return !r.probe.IsZero() || !r.since.IsZero() }

// ask says whether a call may be sent now, or has to wait for what becomes of others, at most for wait, or fails. alone
// is how many calls are under way that find out for the others.
//
// As long as what is sent may be lost, that is for actions that may be repeated: among them the look for what a lost
// action left. The others would only leave more to look for.
func (r *reach) ask(now time.Time, who caller, alone int, p patience) (ok bool, wait time.Duration, err error) {
	switch {
	case r.lost() && now.Sub(r.asked) >= askAgain:
		*r = reach{}
	case r.lost() && now.Sub(r.gone) >= askAgain:
		*r = reach{probe: now, asked: now, cause: r.cause}
	case r.lost():
		r.asked = now
		return false, 0, &GivenUpError{Err: r.cause}
	case alone == 0 && now.Sub(r.latest) > askAgain:
		r.since, r.hushed = time.Time{}, time.Time{}
	}
	if !r.probe.IsZero() && alone > 0 && !who.begun {
		if left := r.probe.Add(aMoment).Sub(now); left > 0 {
			return false, left, nil
		}
		return false, 0, &GivenUpError{Err: r.cause}
	}
	if r.since.IsZero() {
		return alone == 0 || r.probe.IsZero(), 0, nil
	}
	held := alone > 0 || !r.hushed.IsZero() && who.rep == once
	left := r.since.Add(p.silent).Sub(now)
	if left <= 0 || !held && now.After(r.start) {
		r.giveUp(now, r.cause)
		return false, 0, &GivenUpError{Err: r.cause}
	}
	return !held, left, nil
}

// note takes in what an attempt that was begun at began came to. known says that the API itself has answered before: what
// is not in its form then comes from something between that knows the way to it.
func (r *reach) note(now, began time.Time, rep repeat, err error, known bool, p patience) {
	var t *TransportError
	unsent := errors.As(err, &t) && !t.Sent
	foreign := err != nil && !known && isForeign(err) && !IsThrottled(err)
	switch {
	case errors.Is(err, errInterrupted):
	case answered(err) && !foreign:
		*r = reach{}
	case r.lost():
	case permanent(err), foreign && !IsAmbiguous(err):
		r.giveUp(now, err)
	case unsent:
		r.doubt(now, began, err, p.unreachable)
	case foreign:
		if rep == once {
			r.hushed = now
		}
		r.doubt(now, began, err, p.foreign)
	case timedOut(err) && !r.hushed.IsZero() && !began.Before(r.hushed):
		r.giveUp(now, err)
	case timedOut(err):
		if r.hushed.IsZero() {
			r.hushed = now
		}
		r.doubt(now, began, err, p.silent-p.repeatable)
	}
}

// doubt notes an attempt that found nothing. Attempts are begun until within is over.
func (r *reach) doubt(now, began time.Time, err error, within time.Duration) {
	if r.since.IsZero() {
		r.since, r.cause = began, err
	}
	r.latest, r.start = now, r.since.Add(within)
	// Of what was under way before the doubt, others are still to come back: they say nothing new.
	if now.After(r.start) && !timedOut(err) {
		r.giveUp(now, r.cause)
	}
}

// giveUp ends the attempts. The first failure is the one that is told: what comes after it may be a consequence.
func (r *reach) giveUp(now time.Time, err error) {
	if !r.since.IsZero() {
		err = r.cause
	}
	*r = reach{gone: now, asked: now, cause: err}
}

// answered reports that something answered, whatever it was.
func answered(err error) bool {
	var page *ForeignError
	return err == nil || As(err) != nil || errors.As(err, &page)
}

// unheard reports an attempt of which not even the outcome is known: its answer, that did not come, may have been the
// refusal of the credential. status is the one that came before the answer broke off, 0 = none.
func unheard(err error, status int) bool {
	var t *TransportError
	return errors.As(err, &t) && t.Sent && !answered(err) && (status == 0 || status/100 == 4)
}
