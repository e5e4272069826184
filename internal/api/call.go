package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
)

// longWait is a wait for the rate limit that is worth a line in the log.
const longWait = 5 * time.Second

// request is one call and what it has been through.
type request struct {
	action     string
	body       []byte
	repeatable bool // doing it again does no harm; what is not is sent once, and the caller looks up a lost answer
	unlimited  bool // of the last ones of a process: see WithoutRateLimit

	attempts int       // all of them
	faults   int       // those since the last throttled one, which has the whole of the call's time
	since    time.Time // when the first of them was begun
	redated  bool      // it was sent again for the date of its signature
	doubted  bool      // it was sent again after a 400/4120
}

// Whether an action is sent again when its answer is lost.
const (
	sendOnce   = false
	repeatable = true
)

// WithoutRateLimit returns a context for the last calls of a process, which do not wait for the client's own rate: the
// first of them lifts it. What the API itself asked to wait they still wait, and once it has turned calls away they keep
// to what it admits, as far as that is known. They are sent whatever the circuit breaker says.
func WithoutRateLimit(ctx context.Context) context.Context {
	return context.WithValue(ctx, unlimitedKey{}, true)
}

type unlimitedKey struct{}

// do calls action with in as its body and decodes a success into out, trying again as decide allows. The error is an
// *Error or a *TransportError, wrapped where the time for another attempt ran out, or an *UnsentError.
func (c *Client) do(ctx context.Context, action string, repeatable bool, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: the request cannot be encoded: %w", action, err)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeouts.call)
		defer cancel()
	}
	var last error
	for r := (&request{action: action, body: body, repeatable: repeatable, unlimited: ctx.Value(unlimitedKey{}) != nil}); ; {
		r.attempts++
		p, err := c.admit(ctx, r)
		if err != nil {
			return c.notSent(action, last, err)
		}
		if r.since.IsZero() {
			r.since = p.begun
		}
		o := c.attempt(ctx, r, out)
		c.settle(ctx, r, p, o)
		if o.err == nil {
			return nil
		}
		last = o.err
		r.faults++
		d := c.decide(ctx, r, o)
		c.logDecision(ctx, r, o, d)
		if !d.retry {
			return o.err
		}
		if err := c.sleep(ctx, d.wait); err != nil {
			return c.notSent(action, last, err)
		}
		switch d.reason {
		case reasonClock:
			r.redated = true
		case reasonLoad:
			r.doubted, r.since, r.faults = true, time.Time{}, 0
		case reasonThrottled:
			r.since, r.faults = time.Time{}, 0
		}
	}
}

// admit waits until a request may be sent: by what is known of the credential and the endpoint, and by the rate limit.
// Who waits for the former does not use up the rate meanwhile.
func (c *Client) admit(ctx context.Context, r *request) (permit, error) {
	for {
		if err := c.admission.ready(ctx, r); err != nil {
			return permit{}, err
		}
		if wait := c.limit.Delay(); wait >= longWait && !r.unlimited {
			c.log(ctx, LevelInfo, "waiting for the rate limit", map[string]any{
				"action": r.action, "reason": "rate limit", "wait_ms": wait.Milliseconds(), "requests_per_second": c.limit.Rate(),
			})
		}
		waiting, done := c.admission.untilTripped(ctx, r)
		err := c.limit.Wait(waiting, r.unlimited)
		tripped := errors.Is(context.Cause(waiting), errTripped)
		done()
		if err != nil && !tripped {
			return permit{}, err
		}
		if p, ok := c.admission.enter(r); ok {
			return c.askMachine(ctx, p)
		}
	}
}

// askMachine asks, as long as this process does not know that the credential is good, whether another one had it refused.
func (c *Client) askMachine(ctx context.Context, p permit) (permit, error) {
	if p.proven {
		return p, nil
	}
	p.unlock = c.memory.Lock(ctx)
	refused, found := c.memory.Lookup(c.now())
	if !found {
		return p, nil
	}
	defer p.unlock()
	c.admission.leave(p, outcome{kind: canceled}, true)
	return permit{}, &UnsentError{Until: refused.At.Add(auth.Remembered), Err: &Error{
		Action: refused.Action, Endpoint: c.endpoint, StatusCode: refused.StatusCode, RequestID: refused.RequestID,
		Problems: []Problem{{Code: refused.Code, Type: refused.Type}},
	}}
}

// settle hands the outcome of an attempt to the guard and the breaker, and tells other processes and the log.
func (c *Client) settle(ctx context.Context, r *request, p permit, o outcome) {
	defer p.unlock()
	changed := c.admission.leave(p, o, c.known.Load())
	if changed.tripped {
		c.log(ctx, LevelWarn, "the endpoint is down: calls fail unsent for a while", map[string]any{
			"action": r.action, "endpoint": c.endpoint, "again_ms": breakerCooldown.Milliseconds(),
		})
	}
	if e := As(o.err); changed.stopped && e != nil {
		if err := c.memory.Record(auth.Refusal{
			At: c.now(), Action: r.action, StatusCode: e.StatusCode, Code: e.Code(), Type: e.Problems[0].Type, RequestID: e.RequestID,
		}); err != nil {
			c.log(ctx, LevelInfo, "other processes are not told that the credential was refused", map[string]any{"error": err.Error()})
		}
	}
}

// logDecision says in the log what a failed attempt leads to, where that is a wait.
func (c *Client) logDecision(ctx context.Context, r *request, o outcome, d decision) {
	if !d.retry && d.reason != reasonThrottled {
		return
	}
	fields := map[string]any{
		"action": r.action, "attempt": r.attempts, "reason": d.reason, "wait_ms": d.wait.Milliseconds(), "status": o.status,
	}
	if d.reason == reasonThrottled || d.reason == reasonLoad {
		fields["all_calls_wait"], fields["requests_per_second"] = true, c.limit.Rate()
	}
	msg := "waiting before the next attempt"
	if !d.retry {
		msg = "throttled, and not sent again because it may have been executed: the other calls wait"
	}
	c.log(ctx, LevelInfo, msg, fields)
}

// notSent is the error of a call whose next attempt was not sent: its time ran out, the credential was refused, or the
// breaker opened. last is the error of its previous attempt.
func (c *Client) notSent(action string, last, why error) error {
	var refused *UnsentError
	var down *GivenUpError
	switch {
	case errors.As(why, &refused) && last != nil:
		return last
	case errors.As(why, &refused):
		return &UnsentError{Action: action, Until: refused.Until, Err: refused.Err}
	case errors.As(why, &down) && last != nil && !IsThrottled(last):
		return last // what it may have done stays true
	case errors.As(why, &down):
		return &TransportError{Action: action, Endpoint: c.endpoint, Err: down}
	case last != nil:
		return fmt.Errorf("%w (and the time for another attempt ran out: %w)", last, why)
	}
	return &TransportError{Action: action, Endpoint: c.endpoint, Err: fmt.Errorf("nothing was sent in the time given: %w", why)}
}
