// Package limit limits the request rate of a client. The rate is halved when the API throttles a request, and then rises
// slowly and linearly, so that independent clients share the rate that the API admits.
package limit

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// burst is the number of requests that may be sent at once before the rate applies: two hide one round trip.
	burst = 2
	// defaultRate is the rate of the official SDK, in requests per second. It is used if no rate is known.
	defaultRate = 5
	// minRate is the rate below which a rate is not halved further: a request every four seconds keeps trying.
	minRate = 0.25
	// rise is what is added to the rate per second: a client that was halved at 5 requests per second is back after
	// 21 seconds. TestLimit_eightRunsShare in package api has the figures of eight clients.
	rise = 0.12
)

// Slowest and Fastest are the bounds of the rates, in requests per second, that New accepts. A faster one means no limit.
const (
	Slowest = 0.01
	Fastest = 1000
)

// Limiter decides when the next request may be sent. It is safe for concurrent use.
type Limiter struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	turn  chan struct{} // holds the one request that is next
	queue atomic.Int64  // requests that wait for their turn

	mu       sync.Mutex
	max      float64     // requests per second, +Inf = no limit
	rate     float64     // current
	next     time.Time   // when the next request is due
	until    time.Time   // no request is sent before
	lowered  time.Time   // when the rate was last lowered; zero = never
	raised   time.Time   // up to when the rise is counted
	admitted []time.Time // when requests were admitted, in the last second of a client without a limit
}

// New returns a limiter for perSecond requests per second; 0 is no limit. sleep waits for a time or until its context ends.
func New(perSecond float64, now func() time.Time, sleep func(context.Context, time.Duration) error) *Limiter {
	if perSecond <= 0 || perSecond > Fastest {
		perSecond = math.Inf(1)
	}
	return &Limiter{max: perSecond, rate: perSecond, now: now, sleep: sleep, turn: make(chan struct{}, 1)}
}

// Wait returns when a request may be sent, or with an error if ctx ends, or would end, before. Requests are sent in the order
// of their calls to Wait.
//
// One that is unlimited does not wait for the client's own rate: the first lifts that rate for good. It still waits as long as the API
// asked, and keeps to a rate that was lowered because of the API.
func (l *Limiter) Wait(ctx context.Context, unlimited bool) error {
	if !unlimited {
		l.queue.Add(1)
		defer l.queue.Add(-1)
		select {
		case l.turn <- struct{}{}:
			defer func() { <-l.turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d := l.take(unlimited)
		if d <= 0 {
			return nil
		}
		// A deadline depends on the real clock, not on the injected one.
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
			return fmt.Errorf("the next request may leave in %s: %w", d.Round(time.Millisecond), context.DeadlineExceeded)
		}
		if err := l.sleep(ctx, d); err != nil {
			return err
		}
	}
}

// Delay estimates how long a request that comes now will wait.
func (l *Limiter) Delay() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting := max(0, l.until.Sub(l.now()))
	if math.IsInf(l.rate, 1) {
		return waiting
	}
	return waiting + time.Duration(float64(l.queue.Load())/l.rate*float64(time.Second))
}

// Rate returns the current rate in requests per second, rounded to hundredths; 0 means no limit.
func (l *Limiter) Rate() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if math.IsInf(l.rate, 1) {
		return 0
	}
	return math.Round(l.rate*100) / 100
}

// take admits a request, or returns how long to wait before asking again.
func (l *Limiter) take(unlimited bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if d := l.until.Sub(now); d > 0 {
		return d
	}
	if unlimited {
		if l.rate >= l.max {
			l.rate = math.Inf(1)
		}
		l.max = math.Inf(1)
	}
	if math.IsInf(l.rate, 1) {
		return 0
	}
	interval := time.Duration(float64(time.Second) / l.rate)
	// Unused time allows a burst, but not after the API has throttled a request.
	saved := interval * (burst - 1)
	if !l.lowered.IsZero() {
		saved = 0
	}
	if earliest := now.Add(-saved); l.next.Before(earliest) {
		l.next = earliest
	}
	if d := l.next.Sub(now); d > 0 {
		return d
	}
	l.next = l.next.Add(interval)
	return 0
}

// Throttled records that the API throttled a request sent at sent: no request is sent for pause, and the rate is halved, once
// for all requests that were sent before it was.
func (l *Limiter) Throttled(sent time.Time, pause time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.pauseUntil(now.Add(pause))
	if !sent.After(l.lowered) {
		return
	}
	l.lowered, l.raised = now, l.until
	if math.IsInf(l.rate, 1) {
		// The requests admitted in the last second are the only measure of the rate. It is halved only if there were too few:
		// nothing says that it is too much, and the last requests of a process have no time to find their way back.
		measured := float64(len(l.admitted))
		l.rate, l.admitted = max(measured, defaultRate), nil
		if measured >= defaultRate {
			return
		}
	}
	l.rate = max(l.rate/2, min(minRate, l.max/2))
}

// Pause stops all requests for d.
func (l *Limiter) Pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pauseUntil(l.now().Add(d))
}

func (l *Limiter) pauseUntil(t time.Time) {
	if t.After(l.until) {
		l.until = t
	}
}

// Admitted says that the API answered a request: a lowered rate rises by the time that has passed.
func (l *Limiter) Admitted() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if math.IsInf(l.rate, 1) {
		l.admitted = append(l.admitted, now)
		for now.Sub(l.admitted[0]) > time.Second {
			l.admitted = l.admitted[1:]
		}
		return
	}
	if passed := now.Sub(l.raised); l.rate < l.max && passed > 0 {
		l.raised = now
		l.rate = min(l.max, l.rate+rise*passed.Seconds())
	}
}
