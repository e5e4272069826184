package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
)

// timeouts holds every duration of a call. A dead endpoint is reported within 30 s, to all calls: twice attempt plus
// backoff for one, once plus attempt for a create and the look-up that follows it, unreachable plus dial for the other.
type timeouts struct {
	once        time.Duration // one attempt of an action that is sent once
	attempt     time.Duration // one attempt of the others
	unreachable time.Duration // how long to go on dialling
	silent      time.Duration // how long to go on after attempts without an answer, and to wait for others that do
	faulty      time.Duration // how long to go on after 5xx and broken answers
	foreign     time.Duration // the same, as long as nothing that answered was the API
	attempts    int           // how many times at most, 5xx and broken answers
	call        time.Duration // a call whose context has no deadline
	base, max   time.Duration // backoff: first and largest
}

var defaultTimeouts = timeouts{
	once: 14 * time.Second, attempt: 12 * time.Second, unreachable: 18 * time.Second, silent: 28 * time.Second,
	faulty: time.Minute, foreign: 5 * time.Second, attempts: 10, call: 10 * time.Minute, base: 250 * time.Millisecond, max: 8 * time.Second,
}

func (t timeouts) breaker() breaker.Limits {
	return breaker.Limits{Attempt: t.attempt, Unreachable: t.unreachable, Foreign: t.foreign, Silent: t.silent}
}

const (
	dialTimeout     = 10 * time.Second
	breakerCooldown = breaker.Cooldown
	// maxRetryAfter bounds what a server, or something that answers in its place, may ask us to wait.
	maxRetryAfter = 5 * time.Minute
	// loadWait is how long calls wait after a 400/4120 that may be throttling: half of it to the whole.
	loadWait = 4 * time.Second
)

// decision is what follows a failed attempt.
type decision struct {
	retry  bool
	wait   time.Duration
	reason string // for the log
}

// The reasons for a wait.
const (
	reasonThrottled   = "throttled"
	reasonLoad        = "the key was refused, which also happens under load"
	reasonClock       = "the date of the signature was refused: signed again with the API's clock"
	reasonUnreachable = "the endpoint was not reached"
	reasonTimeout     = "no answer in time"
	reasonFault       = "the API failed"
)

// decide reports whether a request is sent again after a failed attempt.
//
// Never sent again: 401, and 400/4120 but for the one case that the guard knows: four in a row lock the account; 403; every
// other refusal; and whatever may have executed an action that is sent once, a throttled 503 included. That one slows all
// the other calls all the same.
func (c *Client) decide(ctx context.Context, r *request, o outcome) decision {
	wait := c.backoff(r.attempts)
	if o.kind == throttled {
		wait = max(wait, o.retryAfter)
		c.limit.Throttled(o.sent, wait)
		return decision{ctx.Err() == nil && (r.repeatable || !IsAmbiguous(o.err)), wait, reasonThrottled}
	}
	switch {
	case ctx.Err() != nil:
		return decision{}
	case o.wrongDate && !r.redated:
		return decision{true, 0, reasonClock}
	case IsUnknownCaller(o.err) && !r.doubted && c.admission.mayBeLoad(o.sent):
		wait = c.jittered(loadWait)
		c.limit.Throttled(o.sent, wait)
		return decision{true, wait, reasonLoad}
	case o.status == http.StatusUnauthorized, c.admission.open(), !r.repeatable && IsAmbiguous(o.err), permanent(o.err):
		return decision{}
	}
	t, elapsed := c.timeouts, c.now().Sub(r.since)
	switch o.kind {
	case unreachable:
		return c.within(elapsed+wait <= t.unreachable, decision{true, wait, reasonUnreachable}, r, o)
	case timedOut:
		return c.within(elapsed+wait+t.attempt <= t.silent, decision{true, wait, reasonTimeout}, r, o)
	case foreign:
		if o.status >= http.StatusMultipleChoices && o.status < http.StatusInternalServerError {
			return decision{} // a page, a redirect: it will be the same again
		}
		if !c.known.Load() {
			return c.within(elapsed+wait <= t.foreign, decision{true, max(wait, o.retryAfter), reasonFault}, r, o)
		}
	case broken:
		if !c.admission.accepted() {
			// Few may be lost before one is accepted: they are spread, so that a short disturbance does not take all.
			wait = c.backoff(r.attempts + 3)
			c.limit.Pause(wait)
		}
	case fault:
	default:
		return decision{}
	}
	if o.status == http.StatusNotImplemented || r.faults >= t.attempts || elapsed+wait > t.faulty {
		return decision{}
	}
	return decision{true, max(wait, o.retryAfter), reasonFault}
}

// within is d as long as there is time. After it, the breaker opens for all calls.
func (c *Client) within(inTime bool, d decision, r *request, o outcome) decision {
	if inTime {
		return d
	}
	c.admission.giveUp(r.since, o.err)
	return decision{}
}

// backoff is between half and the whole of base doubled n-1 times, at most max: jitter keeps the calls of many runs apart.
func (c *Client) backoff(n int) time.Duration {
	d := c.timeouts.max
	if shift := n - 1; shift < 10 {
		d = min(d, c.timeouts.base<<shift)
	}
	return c.jittered(d)
}

// jittered is between half and the whole of d.
func (c *Client) jittered(d time.Duration) time.Duration {
	return d/2 + time.Duration(c.random()*float64(d/2))
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads seconds or a date. None is known to be sent by the API; a gateway before it may.
func (c *Client) retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	var d time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		d = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		d = date.Sub(c.clock.api())
	}
	return max(0, min(d, maxRetryAfter))
}
