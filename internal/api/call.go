package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/limit"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// longWait is the shortest wait for the rate limit that the client logs.
const longWait = 5 * time.Second

// maxAnswer is the largest answer that the client reads, in bytes. A page of a thousand users is under 1 MiB.
const maxAnswer = 32 << 20

// errNoAnswer is the cause if the client ended an attempt because it took too long.
var errNoAnswer = errors.New("no answer in time")

// request is one call and its attempts so far.
type request struct {
	action     string
	body       []byte
	repeatable bool // the action may be executed twice; otherwise the caller looks up the outcome of a lost answer
	unlimited  bool // one of the last requests of a process: see WithoutRateLimit

	attempts int       // all attempts
	faults   int       // failed attempts since the last throttled one; throttling restarts the time limits
	since    time.Time // when the first of those attempts began
	redated  bool      // it was sent again because the date of its signature was refused
	doubted  bool      // it was sent again after a 400/4120
}

// Whether an action is sent again when its answer is lost.
const (
	sendOnce   = false
	repeatable = true
)

// WithoutRateLimit returns a context for the last calls of a process. They do not wait for the client's own rate, which the
// first of them removes. They still wait as long as the API asks, and keep to a rate that was lowered because the API
// throttled a call. They are sent even if the circuit breaker is open.
func WithoutRateLimit(ctx context.Context) context.Context {
	return context.WithValue(ctx, unlimitedKey{}, true)
}

type unlimitedKey struct{}

// do calls action with in as the body and decodes the answer of a success into out. It retries as decide allows. The error is
// an *Error, a *TransportError or an *UnsentError, wrapped if the time for another attempt ran out.
func (c *Client) do(ctx context.Context, action string, repeatable bool, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: the request cannot be encoded: %w", action, err)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = timelimit.With(ctx, timelimit.Limit{Duration: c.timeouts.call})
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
		if err := limit.NewWaitError(ctx, o.retryAfter, true); err != nil {
			return c.notSent(action, last, err)
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

// admit waits until a request may be sent: first for the lock-out guard and the breaker, then for the rate limit. The first
// wait does not count towards the rate.
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

// askMachine checks whether another process recorded a refusal of the credential. It does not if this process knows that the
// credential is good.
func (c *Client) askMachine(ctx context.Context, p permit) (permit, error) {
	if p.proven {
		return p, nil
	}
	p.unlock = c.refusals.Lock(ctx)
	refused, found := c.refusals.Lookup(c.now())
	if !found {
		return p, nil
	}
	defer p.unlock()
	c.admission.leave(p, outcome{kind: canceled}, true)
	return permit{}, &UnsentError{Until: refused.At.Add(auth.RefusalTTL), Err: &Error{
		Action: refused.Action, Endpoint: c.endpoint, StatusCode: refused.StatusCode, RequestID: refused.RequestID,
		Problems: []Problem{{Code: refused.Code, Type: refused.Type}}, Credential: c.credential,
	}}
}

// attempt sends the request once, signed now, and decodes a success into out.
func (c *Client) attempt(ctx context.Context, r *request, out any) outcome {
	limit := c.timeouts.attempt
	if !r.repeatable {
		limit = c.timeouts.once
	}
	actx, cancel := context.WithTimeoutCause(ctx, limit, errNoAnswer)
	defer cancel()

	var sending wire
	actx = httptrace.WithClientTrace(actx, &httptrace.ClientTrace{GotConn: sending.begin})
	c.logBody(ctx, "API request", r.body, map[string]any{"action": r.action, "attempt": r.attempts})
	o := outcome{sent: c.now()}
	dated := c.clock.read()
	a, err := c.exchange(actx, r, o.sent.Add(dated.ahead))
	end := c.now()
	o.status = a.status
	fields := map[string]any{"action": r.action, "attempt": r.attempts, "duration_ms": end.Sub(o.sent).Milliseconds()}
	if err != nil {
		o.kind, err = failure(ctx, actx, err, sending.sent() && !noHandshake(err, sending.reused.Load()))
		o.err = &TransportError{Action: r.action, Endpoint: c.endpoint, Sent: o.kind != unreachable && sending.sent(), Err: err}
		fields["error"] = o.err.Error()
		c.log(ctx, LevelDebug, "API call", fields)
		return o
	}
	a.parse(r.action, c.redact.text)
	requestID := ""
	if a.requestID != "" {
		requestID = text.Word(a.requestID)
	}
	fields["status"], fields["request_id"] = a.status, requestID
	c.log(ctx, LevelDebug, "API call", fields)
	c.logBody(ctx, "API answer", a.body, map[string]any{"action": r.action, "attempt": r.attempts, "status": a.status, "request_id": requestID})
	o.kind, o.problems, o.retryAfter = a.kind(), a.problems, c.retryAfter(a.header)
	if a.inForm {
		c.known.Store(true)
		c.answered.add(a.requestID)
		c.compareClocks(ctx, &o, a, dated, end)
	}
	o.err = c.decode(r, &o, a, out)
	return o
}

// decode decodes the answer of a success into out, or returns the error for any other answer.
func (c *Client) decode(r *request, o *outcome, a answer, out any) error {
	switch {
	case o.kind == success:
		c.limit.Admitted()
		if json.Unmarshal(a.body, out) == nil {
			return nil
		}
		o.kind = foreign // the decoder's error may quote the answer
	case a.inForm:
		return &Error{Action: r.action, Endpoint: c.endpoint, StatusCode: a.status, RequestID: a.requestID, Problems: a.problems, Credential: c.credential}
	}
	return c.unusable(r.action, &ForeignError{StatusCode: a.status, Bytes: len(a.body), Type: c.redact.text(a.header.Get("Content-Type"))})
}

// compareClocks records the clock difference that an answer of the API shows, and logs a change. dated is the reading of the
// clock that dated the signature; end is when the answer was read.
func (c *Client) compareClocks(ctx context.Context, o *outcome, a answer, dated reading, end time.Time) {
	measured, slack, ok := measure(a.header, o.sent, end)
	if c.keyID != "" { // a login has no date
		o.wrongDate = ok && a.status == http.StatusUnauthorized && hasAny(a.problems, 1, 1) && (measured-dated.ahead).Abs() > Tolerated-unmeasurable
		switch {
		case o.wrongDate:
			c.clock.refute()
		case o.credential(true) == auth.Accepted:
			c.clock.prove(dated)
		}
	}
	changed, far := false, false
	if ok {
		changed, far = c.clock.learn(measured, slack)
	}
	if !changed {
		return
	}
	level := LevelInfo
	if far {
		level = LevelWarn
	}
	c.log(ctx, level, "the clock of this machine differs from the API's: dates are corrected by the API's Date header", map[string]any{
		"api_ahead_ms": c.clock.ahead().Milliseconds(), "tolerated_ms": Tolerated.Milliseconds(),
	})
}

// exchange sends a new request, signed with the date at of the API's clock, and reads the whole answer. If the connection breaks
// after the header, exchange returns the status as well as the error.
func (c *Client) exchange(ctx context.Context, r *request, at time.Time) (answer, error) {
	// Each attempt has a new request, so that no part of an earlier signature stays.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/"+r.action, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	req.GetBody = nil // with it, net/http repeats an HTTP/2 request by itself, as often as the server asks
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.config.UserAgent != "" {
		req.Header.Set("User-Agent", c.config.UserAgent)
	}
	if err := c.sign(req, r.body, at); err != nil {
		return answer{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(a.body) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	}
	if err != nil {
		return a, fmt.Errorf("the answer broke off after HTTP status %d: %w", a.status, err)
	}
	return a, nil
}

// unusable returns the error for an answer that cannot be used: it is unknown whether the action was executed.
func (c *Client) unusable(action string, err error) error {
	return &TransportError{Action: action, Endpoint: c.endpoint, Sent: true, Err: err}
}

// settle passes the outcome of an attempt to the guard, the breaker, other processes and the log.
func (c *Client) settle(ctx context.Context, r *request, p permit, o outcome) {
	defer p.unlock()
	changed := c.admission.leave(p, o, c.known.Load())
	if changed.tripped {
		c.log(ctx, LevelWarn, "the endpoint is down: calls fail without being sent for a while", map[string]any{
			"action": r.action, "endpoint": c.endpoint, "again_ms": breakerCooldown.Milliseconds(),
		})
	}
	if e := As(o.err); changed.stopped && e != nil {
		if err := c.refusals.Record(auth.Refusal{
			At: c.now(), Action: r.action, StatusCode: e.StatusCode, Code: e.Code(), Type: e.Problems[0].Type, RequestID: e.RequestID,
		}); err != nil {
			c.log(ctx, LevelInfo, "the refused credential is not recorded for other processes", map[string]any{"error": err.Error()})
		}
	}
}

// logDecision logs the wait after a failed attempt.
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
		msg = "throttled, and not retried because the action may have been executed: the other calls wait"
	}
	c.log(ctx, LevelInfo, msg, fields)
}

// notSent returns the error of a call whose next attempt was not sent because of why: its time ran out, the credential was
// refused, or the breaker opened. last is the error of its previous attempt.
func (c *Client) notSent(action string, last, why error) error {
	var refused *UnsentError
	var down *GivenUpError
	switch {
	case errors.As(why, &refused) && last != nil:
		return last
	case errors.As(why, &refused):
		return &UnsentError{Action: action, Until: refused.Until, Err: refused.Err}
	case errors.As(why, &down) && last != nil && !IsThrottled(last):
		return last // the action may have been executed
	case errors.As(why, &down):
		return &TransportError{Action: action, Endpoint: c.endpoint, Err: down}
	case last != nil:
		return fmt.Errorf("%w (and no other attempt was made: %w)", last, why)
	}
	return &TransportError{Action: action, Endpoint: c.endpoint, Err: why}
}
