// Package limit limits the request rate of a client. It halves the rate when the API throttles a request. The rate then rises
// slowly and linearly, so that independent clients share the rate that the API admits.
package limit

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

const (
	// burst is the number of requests that may be sent at once before the rate applies: two hide the time of one round trip.
	burst = 2
	// defaultRate is the rate of the official SDK, in requests per second. It is used if no rate is known.
	defaultRate = 5
	// minRate is the rate below which a rate is not halved further: a request every four seconds keeps trying.
	minRate = 0.25
	// rise is the increase of the rate per second: after a halving, a client reaches 5 requests per second again in 21 seconds.
	// TestLimit_eightRunsShare in package api has the figures of eight clients.
	rise = 0.12
)

// Slowest and fastest are the bounds of the rate, in requests per second. New treats a faster rate as no limit.
const (
	Slowest = 0.01
	fastest = 1000
)

// Limiter decides when the next request may be sent. It is safe for concurrent use.
type Limiter struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
	turn  chan struct{} // full while a request is next
	queue atomic.Int64  // requests that wait for their turn

	mu       sync.Mutex
	max      float64     // requests per second, +Inf = no limit
	rate     float64     // current
	next     time.Time   // when the next request is due
	until    time.Time   // no request is sent before
	lowered  time.Time   // when the rate was last lowered; zero = never
	raised   time.Time   // up to when rate includes the rise
	admitted []time.Time // when requests were admitted, in the last second of a client without a limit
}

// New returns a limiter for perSecond requests per second; 0 = no limit. sleep waits for a duration, or until its context ends.
func New(perSecond float64, now func() time.Time, sleep func(context.Context, time.Duration) error) *Limiter {
	if perSecond <= 0 || perSecond > fastest {
		perSecond = math.Inf(1)
	}
	return &Limiter{max: perSecond, rate: perSecond, now: now, sleep: sleep, turn: make(chan struct{}, 1)}
}

// WaitError says that a request was not sent, because its context ends before it may be sent. It wraps the time limit of the
// context.
type WaitError struct {
	Wait  time.Duration // until the request may be sent
	Left  time.Duration // until the context ends
	Asked bool          // the API asks for the wait; otherwise the rate of the client is the reason
	Limit error         // timelimit.Of the context
}

// NewWaitError returns the error of a request that may be sent after wait, nil if ctx does not end before.
func NewWaitError(ctx context.Context, wait time.Duration, asked bool) error {
	// A deadline is a time of the real clock, not of an injected one.
	deadline, ok := ctx.Deadline()
	if left := time.Until(deadline); ok && left < wait {
		return &WaitError{Wait: wait, Left: left, Asked: asked, Limit: timelimit.Of(ctx)}
	}
	return nil
}

func (e *WaitError) Error() string {
	why := "the rate of the client allows the next request in"
	if e.Asked {
		why = "the API asks to wait"
	}
	return fmt.Sprintf("%s %s, and the time limit ends in %s", why, e.Wait.Round(time.Second/10), e.Left.Round(time.Second/10))
}

func (e *WaitError) Unwrap() error { return e.Limit }

// Wait waits until a request may be sent. The error says that ctx has ended, or is a *WaitError. Requests are sent in the order
// of their calls to Wait.
//
// An unlimited request does not wait for the client's own rate. The first one removes that rate for good. It still waits as long
// as the API asked, and keeps to a rate that was lowered because the API throttled.
func (l *Limiter) Wait(ctx context.Context, unlimited bool) error {
	if !unlimited {
		l.queue.Add(1)
		defer l.queue.Add(-1)
		select {
		case l.turn <- struct{}{}:
			defer func() { <-l.turn }()
		case <-ctx.Done():
			return timelimit.Err(ctx)
		}
	}
	for {
		if err := timelimit.Err(ctx); err != nil {
			return err
		}
		d, asked := l.take(unlimited)
		if d <= 0 {
			return nil
		}
		if err := NewWaitError(ctx, d, asked); err != nil {
			return err
		}
		if err := l.sleep(ctx, d); err != nil {
			return err
		}
	}
}

// Delay returns an estimate of how long a new request will wait.
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

// take admits a request, or returns how long to wait before the next call of take, and whether the API asked for that.
func (l *Limiter) take(unlimited bool) (wait time.Duration, asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if d := l.until.Sub(now); d > 0 {
		return d, true
	}
	if unlimited {
		if l.rate >= l.max {
			l.rate = math.Inf(1)
		}
		l.max = math.Inf(1)
	}
	if math.IsInf(l.rate, 1) {
		return 0, false
	}
	interval := time.Duration(float64(time.Second) / l.rate)
	// Unused time allows a burst, unless the API has throttled a request.
	saved := interval * (burst - 1)
	if !l.lowered.IsZero() {
		saved = 0
	}
	if earliest := now.Add(-saved); l.next.Before(earliest) {
		l.next = earliest
	}
	if d := l.next.Sub(now); d > 0 {
		return d, false
	}
	l.next = l.next.Add(interval)
	return 0, false
}

// Throttled records that the API throttled a request sent at sent. No request is sent for pause. The rate is halved, once for all
// requests that were sent before that.
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
		// Only the requests admitted in the last second show the rate that the API admits. If there were enough of them, that
		// rate is used and not halved: it may be right, and the last requests of a process have no time for it to rise again.
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

// Admitted records that the API answered a request. A lowered rate rises with the time that has passed.
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
