package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// timeouts holds every duration of a call. All calls report a dead endpoint within 30 s: a repeatable call after twice attempt
// plus backoff, a create and the look-up that follows it after once plus attempt, and a call that cannot connect after
// unreachable plus dialTimeout.
type timeouts struct {
	once        time.Duration // one attempt of an action that is sent once
	attempt     time.Duration // one attempt of a repeatable action
	unreachable time.Duration // how long a call retries if it cannot connect
	silent      time.Duration // how long a call retries while nothing answers, or waits for another call that tests the endpoint
	faulty      time.Duration // how long a call retries after 5xx and broken answers
	foreign     time.Duration // the same as faulty, before the API itself has answered
	attempts    int           // the largest number of attempts that end in 5xx or a broken answer
	call        time.Duration // a whole call whose context has no deadline
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
	// maxAsked is the longest Retry-After that is taken as it is.
	maxAsked = 30 * 24 * time.Hour
	// maxPause is the longest time for which an answer stops the other calls.
	maxPause = time.Hour
	// loadWait is the longest wait of calls after a 400/4120 that load may have caused; the shortest is half of it.
	loadWait = 4 * time.Second
)

// decision is the decision after a failed attempt.
type decision struct {
	retry  bool
	wait   time.Duration
	reason string // for the log
}

// The reasons for a wait.
const (
	reasonThrottled   = "throttled"
	reasonLoad        = "the API refused the key, which also happens under load"
	reasonClock       = "the API refused the date of the signature: signed again with the API's clock"
	reasonUnreachable = "the endpoint was not reached"
	reasonTimeout     = "no answer in time"
	reasonFault       = "the API failed"
)

// decide decides whether a request is sent again after a failed attempt.
//
// It is never sent again after a 401 or any other refusal: four refused credentials in a row lock the account. The exceptions
// are a wrong date, once, and a 400/4120 that load may have caused, once. An action that is sent once is not repeated if it
// may have been executed. That includes a throttled 503, which nevertheless makes all other calls wait.
func (c *Client) decide(ctx context.Context, r *request, o outcome) decision {
	wait, asked := c.backoff(r.attempts), o.retryAfter
	if o.kind == throttled {
		wait = max(wait, asked)
		c.limit.Throttled(o.sent, min(wait, maxPause))
		return decision{ctx.Err() == nil && (r.repeatable || !IsLostAnswer(o.err)), wait, reasonThrottled}
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
	case o.status == http.StatusUnauthorized, c.admission.open(), !r.repeatable && IsLostAnswer(o.err), permanent(o.err):
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
			return decision{} // a page or a redirect: the next answer will be the same
		}
		if !c.known.Load() {
			return c.within(elapsed+wait <= t.foreign, decision{true, max(wait, asked), reasonFault}, r, o)
		}
	case broken:
		if !c.admission.accepted() {
			// Before the first accepted request only a few answers may be lost. A longer wait keeps a short disturbance from
			// taking all of them.
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
	return decision{true, max(wait, asked), reasonFault}
}

// within returns d as long as there is time. After that it opens the breaker for all calls.
func (c *Client) within(inTime bool, d decision, r *request, o outcome) decision {
	if inTime {
		return d
	}
	c.admission.giveUp(r.since, o.err)
	return decision{}
}

// backoff returns the wait after attempt n: base doubled n-1 times, at most max, with jitter. Jitter keeps the calls of many
// runs apart.
func (c *Client) backoff(n int) time.Duration {
	d := c.timeouts.max
	if shift := n - 1; shift < 10 {
		d = min(d, c.timeouts.base<<shift)
	}
	return c.jittered(d)
}

// jittered returns a random duration between half of d and d.
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
		return timelimit.Err(ctx)
	}
}

// retryAfter returns the Retry-After of an answer, which is in seconds or a date; 0 without one. The API is not known to send
// it, but a gateway in front of it may.
func (c *Client) retryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	var d time.Duration
	if seconds, err := strconv.Atoi(value); err == nil {
		d = time.Duration(min(seconds, int(maxAsked/time.Second))) * time.Second
	} else if date, err := http.ParseTime(value); err == nil {
		d = date.Sub(c.clock.api())
	}
	return max(0, min(d, maxAsked))
}
