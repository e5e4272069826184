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
	"net/url"
	"strconv"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// maxAnswer bounds what is read of an answer: the largest one, a page of a thousand users, is under 1 MiB.
const maxAnswer = 32 << 20

var (
	// errNoAnswer is the cause of an attempt that we ended ourselves.
	errNoAnswer    = errors.New("no answer in time")
	errInterrupted = errors.New("interrupted")
)

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
	c.log(ctx, LevelTrace, "API request", map[string]any{"action": r.action, "attempt": r.attempts, "body": c.redact.body(r.body)})
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
	c.log(ctx, LevelTrace, "API answer", map[string]any{
		"action": r.action, "attempt": r.attempts, "status": a.status, "request_id": requestID, "body": c.redact.body(a.body),
	})
	o.kind, o.problems, o.retryAfter = a.kind(), a.problems, c.retryAfter(a.header)
	if a.inForm {
		c.known.Store(true)
		c.answered.add(a.requestID)
		c.compareClocks(ctx, &o, a, dated, end)
	}
	o.err = c.decode(r, &o, a, out)
	return o
}

// decode makes the error of a whole answer, or decodes a success into out.
func (c *Client) decode(r *request, o *outcome, a answer, out any) error {
	switch {
	case o.kind == success:
		c.limit.Admitted()
		if json.Unmarshal(a.body, out) == nil {
			return nil
		}
		o.kind = foreign // the decoder's own error may quote what it stumbled over
	case a.inForm:
		return &Error{Action: r.action, Endpoint: c.endpoint, StatusCode: a.status, RequestID: a.requestID, Problems: a.problems}
	}
	return c.unusable(r.action, &ForeignError{StatusCode: a.status, Bytes: len(a.body), Type: c.redact.text(a.header.Get("Content-Type"))})
}

// failure tells why no answer came, without the method and URL that net/http puts in front.
func failure(ctx, attempt context.Context, err error, sent bool) (kind, error) {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	switch {
	case ctx.Err() != nil:
		return canceled, fmt.Errorf("%w: %w", errInterrupted, ctx.Err())
	case !sent && attempt.Err() != nil:
		return unreachable, context.Cause(attempt)
	case !sent:
		return unreachable, err
	case attempt.Err() != nil:
		return timedOut, context.Cause(attempt)
	}
	return broken, err
}

// compareClocks keeps what an answer of the API told about the two clocks, and says so in the log. The signature was dated
// by dated; end is when the answer was read.
func (c *Client) compareClocks(ctx context.Context, o *outcome, a answer, dated reading, end time.Time) {
	measured, slack, ok := measure(a.header, o.sent, end)
	if c.keyID != "" { // a login is not dated
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
	c.log(ctx, level, "the clock of this machine is not the API's: dates are corrected by the API's Date header", map[string]any{
		"api_ahead_ms": c.clock.ahead().Milliseconds(), "tolerated_ms": Tolerated.Milliseconds(),
	})
}

// exchange sends a fresh request, signed as of at by the API's clock, and reads the whole answer. The status beside an
// error is that of an answer that broke off.
func (c *Client) exchange(ctx context.Context, r *request, at time.Time) (answer, error) {
	// A new request each time, so that nothing of an earlier signature stays.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/"+r.action, bytes.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	req.GetBody = nil // with it, HTTP/2 sends a request again by itself, as often as a server likes
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
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

// unusable is an answer that cannot be used: whether the action was executed is not known.
func (c *Client) unusable(action string, err error) error {
	return &TransportError{Action: action, Endpoint: c.endpoint, Sent: true, Err: err}
}
