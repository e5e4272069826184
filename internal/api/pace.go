package api

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// burst is how many calls may leave at once before the rate holds: two hide one round trip, and stay near the rate.
const burst = 2

// pace decides when the next request may leave, for all calls of a client together. Everything the API says about its
// rate comes through throttled and admitted: what adapts the rate belongs here and nowhere else.
type pace struct {
	limiter *rate.Limiter // nil = unlimited
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error

	mu    sync.Mutex
	until time.Time // nothing leaves before
}

func newPace(perSecond float64, now func() time.Time, sleep func(context.Context, time.Duration) error) *pace {
	p := &pace{now: now, sleep: sleep}
	if perSecond > 0 {
		p.limiter = rate.NewLimiter(rate.Limit(perSecond), burst)
	}
	return p
}

type hurried struct{}

// Hurry returns a context whose calls do not wait for the client's own pace, for the last calls of a process that is
// about to be killed. What the API itself asked to wait they still wait.
func Hurry(ctx context.Context) context.Context { return context.WithValue(ctx, hurried{}, true) }

// wait returns when a request may leave, or with an error when ctx ends, or would end, before.
func (p *pace) wait(ctx context.Context) error {
	for {
		p.mu.Lock()
		d := p.until.Sub(p.now())
		p.mu.Unlock()
		if d <= 0 {
			break
		}
		if err := p.sleep(ctx, d); err != nil {
			return err
		}
	}
	if p.limiter == nil || ctx.Value(hurried{}) != nil {
		return ctx.Err()
	}
	return p.limiter.Wait(ctx)
}

// throttled says that the API turned a request away for its rate: no call leaves for d.
func (p *pace) throttled(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := p.now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// admitted says that the API let a request through.
func (p *pace) admitted() {}

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
