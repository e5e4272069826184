package api

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// burst is how many calls may leave at once before the rate holds: two hide one round trip, and stay near the rate.
	burst = 2
	// usualRate is the rate that the SDK and this provider keep to by default, in calls a second. It stands in for a
	// rate where there is none.
	usualRate = 5
	// leastRate is what the rate never falls below: a call every four seconds keeps asking.
	leastRate = 0.25
	// rise is how much of the full rate is added to the rate in a second: 0.08 calls/s at 5 calls/s. The rate is halved
	// for a call that is turned away, so that many clients that share what the API admits waste few calls on finding
	// out their share: TestShares has the figures.
	rise = 0.016
	// calm is how long after a call was turned away the rise gets steeper, with every second by its first steepness: the
	// others may have ended, and what they leave should not lie idle.
	calm = 4 * time.Second
)

// pace decides when the next request may leave, for all calls of a client together. Everything the API says about its
// rate comes through throttled and admitted: what adapts the rate belongs here and nowhere else.
type pace struct {
	most  float64 // calls a second, +Inf = unlimited
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	turn  chan struct{} // holds the one call that is next
	queue atomic.Int64  // calls that wait

	mu      sync.Mutex
	rate    float64     // calls a second at present, +Inf = unlimited
	full    float64     // what rise is a part of
	next    time.Time   // when the next call is due
	until   time.Time   // nothing leaves before
	lowered time.Time   // when the rate was last lowered, zero = never
	raised  time.Time   // up to when the rise is counted
	recent  []time.Time // when calls were admitted, in the last second of an unlimited rate
}

func newPace(perSecond float64, now func() time.Time, sleep func(context.Context, time.Duration) error) *pace {
	if perSecond <= 0 {
		perSecond = math.Inf(1)
	}
	return &pace{most: perSecond, rate: perSecond, full: perSecond, now: now, sleep: sleep, turn: make(chan struct{}, 1)}
}

type hurried struct{}

// Hurry returns a context for the last calls of a process, which do not wait for the client's own rate: the first of them
// lifts it. What the API itself asked to wait they still wait, and once it has turned calls away they keep to what it
// admits, as far as that is known, like any other: a flood gets nothing done, and the time for it is short.
func Hurry(ctx context.Context) context.Context { return context.WithValue(ctx, hurried{}, true) }

// wait returns when a request may leave, or with an error when ctx ends, or would end, before. Calls leave in the order
// in which they came.
func (p *pace) wait(ctx context.Context) error {
	hurry := ctx.Value(hurried{}) != nil
	if !hurry {
		p.queue.Add(1)
		defer p.queue.Add(-1)
		select {
		case p.turn <- struct{}{}:
			defer func() { <-p.turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := p.take(hurry)
		if d <= 0 {
			return nil
		}
		// A deadline is a matter of the real clock, whatever the injected one says.
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
			return fmt.Errorf("the next request may leave in %s: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := p.sleep(ctx, d); err != nil {
			return err
		}
	}
}

// ahead is about how long a call that comes now will wait.
func (p *pace) ahead() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := max(0, p.until.Sub(p.now()))
	if math.IsInf(p.rate, 1) {
		return waiting
	}
	return waiting + time.Duration(float64(p.queue.Load())/p.rate*float64(time.Second))
}

// perSecond is the rate at present, 0 for an unlimited one, in hundredths.
func (p *pace) perSecond() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if math.IsInf(p.rate, 1) {
		return 0
	}
	return math.Round(p.rate*100) / 100
}

// take lets a call leave, or says how long to wait before asking again.
func (p *pace) take(hurry bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if d := p.until.Sub(now); d > 0 {
		return d
	}
	if hurry {
		p.lift()
	}
	if math.IsInf(p.rate, 1) {
		return 0
	}
	interval := time.Duration(float64(time.Second) / p.rate)
	// What was not used may be made up for, up to a burst; once the API has turned a call away there is none.
	saved := burst - 1
	if !p.lowered.IsZero() {
		saved = 0
	}
	if earliest := now.Add(-time.Duration(saved) * interval); p.next.Before(earliest) {
		p.next = earliest
	}
	if d := p.next.Sub(now); d > 0 {
		return d
	}
	p.next = p.next.Add(interval)
	return 0
}

// lift ends the client's own rate for good. A rate below it, which the API has taught, stays, and may rise above it.
func (p *pace) lift() {
	if p.rate >= p.most {
		p.rate = math.Inf(1)
	}
	p.most = math.Inf(1)
}

// throttled says that the API turned away, for its rate, a request that left at sent: no call leaves for d, and the rate
// is halved, once for all the requests that left before it was.
func (p *pace) throttled(sent time.Time, d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if until := now.Add(d); until.After(p.until) {
		p.until = until
	}
	if !sent.After(p.lowered) {
		return
	}
	p.lowered, p.raised = now, p.until
	if math.IsInf(p.rate, 1) {
		// What was admitted in the last second is as much as is known. It is halved only where it is too little to tell:
		// nothing says that it is too much, and the last calls of a process have no time to find their way back.
		measured := float64(len(p.recent))
		p.full = max(measured, usualRate)
		p.rate, p.recent = p.full, nil
		if measured >= usualRate {
			return
		}
	}
	p.rate = max(p.rate/2, min(leastRate, p.most/2))
}

// hold lets no call leave for d.
func (p *pace) hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// admitted says that the API let a request through: the rate rises again, by the time that has passed.
func (p *pace) admitted() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if math.IsInf(p.rate, 1) {
		p.recent = append(p.recent, now)
		for now.Sub(p.recent[0]) > time.Second {
			p.recent = p.recent[1:]
		}
		return
	}
	passed := now.Sub(p.raised)
	if p.rate >= p.most || passed <= 0 {
		return
	}
	p.raised = now
	steepness := rise * p.full * (1 + max(0, now.Sub(p.lowered)-calm).Seconds())
	p.rate = min(p.most, p.rate+steepness*passed.Seconds())
}

// sleepFor waits for d or until ctx ends.
func sleepFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
