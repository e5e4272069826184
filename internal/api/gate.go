package api

import (
	"context"
	"errors"
	"sync"
	"time"
)

// gate lets calls be sent as far as the credential (trust) and the endpoint (reach) are known to be good. While one of
// them is not, calls leave one at a time, so that neither a lock-out nor a wait comes of their number.
type gate struct {
	mu       sync.Mutex
	trust    trust
	reach    reach
	underway int                                 // calls that were sent and have no answer
	alone    int                                 // of them, those that find out about the endpoint
	settled  chan struct{}                       // closed when something changed; nil = nobody waits for that
	paced    map[*caller]context.CancelCauseFunc // ends the waits for the pace
}

// caller is a call at the gate.
type caller struct {
	rep     repeat
	begun   bool // it was sent before
	hurried bool // the process ends: it is sent whatever is known of the endpoint
}

// pass is what a call was let in with, and hands back when it leaves.
type pass struct {
	trying bool // the last refusal of the credential stands
	alone  bool // it finds out about the endpoint
}

// errOutOfPace ends a wait for the pace, because the endpoint was given up on.
var errOutOfPace = errors.New("the endpoint was given up on")

// ready returns when a call may be let in, as things stand. The error is ctx's, an *UnsentError without its action, or a
// *GivenUpError.
func (g *gate) ready(ctx context.Context, now func() time.Time, who caller, p patience) error {
	for {
		g.mu.Lock()
		ok, wait, err := g.ask(now(), who, p)
		if ok || err != nil {
			g.mu.Unlock()
			return err
		}
		if g.settled == nil {
			g.settled = make(chan struct{})
		}
		settled := g.settled
		g.mu.Unlock()
		if err := waitFor(ctx, settled, wait); err != nil {
			return err
		}
	}
}

// waitFor waits for something to change, for at most d where d is not 0.
func waitFor(ctx context.Context, settled <-chan struct{}, d time.Duration) error {
	var late <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-settled:
	case <-late:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// enter lets a call be sent, or not when something changed since it was ready. Every call that is let in must leave.
func (g *gate) enter(now time.Time, who caller, p patience) (pass, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ok, _, _ := g.ask(now, who, p); !ok {
		return pass{}, false
	}
	in := pass{trying: g.trust.refusals > 0, alone: !who.hurried && g.reach.uncertain()}
	if g.underway++; in.alone {
		g.alone++
	}
	return in, true
}

// ask says whether a call may be sent, or has to wait, at most for wait where that is not 0, or fails.
func (g *gate) ask(now time.Time, who caller, p patience) (ok bool, wait time.Duration, err error) {
	if !who.hurried {
		ok, wait, err = g.reach.ask(now, who, g.alone, p)
		if g.reach.lost() {
			g.wake()
		}
		if !ok {
			return false, wait, err
		}
	}
	switch {
	case g.trust.good():
		return true, 0, nil
	case g.underway > 0:
		return false, 0, nil
	case g.trust.over():
		return false, 0, &UnsentError{Err: g.trust.last}
	}
	return true, 0, nil
}

// leave takes in what a call came to that was let in with in and left last at sent. status is that of an answer that
// broke off. gaveUp says that the endpoint was given up on for it.
func (g *gate) leave(in pass, now, sent time.Time, rep repeat, err error, status int, known bool, p patience) (gaveUp bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.reach.lost()
	g.reach.note(now, sent, rep, err, known, p)
	g.trust.note(sent, err, status, in.trying)
	if g.trust.unheard >= lockedAt-1 && unheard(err, status) && !g.reach.lost() {
		g.reach.giveUp(now, err)
	}
	if g.underway--; in.alone {
		g.alone--
	}
	g.wake()
	return g.reach.lost() && !before
}

// wake lets everybody who waits look again. Those that wait for the pace go on waiting unless nothing is sent any more.
func (g *gate) wake() {
	if g.settled != nil {
		close(g.settled)
		g.settled = nil
	}
	if g.reach.lost() {
		for _, end := range g.paced {
			end(errOutOfPace)
		}
		clear(g.paced)
	}
}

// pacing is ctx for a wait for the pace, which ends when the endpoint is given up on. Call done after it.
func (g *gate) pacing(ctx context.Context, who caller) (waiting context.Context, done func()) {
	if who.hurried {
		return ctx, func() {}
	}
	waiting, end := context.WithCancelCause(ctx)
	key := &who
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paced == nil {
		g.paced = map[*caller]context.CancelCauseFunc{}
	}
	g.paced[key] = end
	if g.reach.lost() {
		end(errOutOfPace)
	}
	return waiting, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.paced, key)
		end(nil)
	}
}

// despair gives the endpoint up for a call that tries since begun, unless something answered others since.
func (g *gate) despair(now, begun time.Time, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.reach.since.IsZero() && !g.reach.since.After(begun) {
		g.reach.giveUp(now, err)
		g.wake()
	}
}

// lost reports that the endpoint was given up on.
func (g *gate) lost() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reach.lost()
}

// accepted reports whether the credential was ever found good.
func (g *gate) accepted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.trust.accepted.IsZero()
}

// doubts reports whether a 400/4120 to a call that left at sent may be one under load, and may be tried again.
func (g *gate) doubts(sent time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trust.doubts(sent)
}
