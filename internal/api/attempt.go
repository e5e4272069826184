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
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// maxAnswer bounds what is read of an answer: the largest one, a page of a thousand users, is under 1 MiB.
const maxAnswer = 32 << 20

// hints are what an answer says beside its body.
type hints struct {
	retryAfter time.Duration // what a refusal asked us to wait, 0 when it said nothing
	status     int           // of an answer that broke off, 0 without one
	skew       time.Duration // how far the API's clock was ahead of the date of the signature
}

// attempt sends the request once, signed now.
func (c *Client) attempt(ctx context.Context, action string, n int, rep repeat, body []byte, out any) (err error, h hints) { //nolint:staticcheck // the error is the result, the hints its detail
	limit := c.patience.repeatable
	if rep == once {
		limit = c.patience.once
	}
	actx, cancel := context.WithTimeoutCause(ctx, limit, errNoAnswer)
	defer cancel()

	var sent, reused atomic.Bool
	actx = httptrace.WithClientTrace(actx, &httptrace.ClientTrace{
		// From here on bytes may have left. Before, there was only an address, a proxy, a handshake.
		GotConn: func(info httptrace.GotConnInfo) { sent.Store(true); reused.Store(info.Reused) },
	})
	c.log(ctx, LevelTrace, "API request", map[string]any{"action": action, "attempt": n, "body": c.redact(body)})
	start, ahead := c.now(), c.clock.ahead()
	status, header, answer, err := c.exchange(actx, action, body, start.Add(ahead))
	end := c.now()
	fields := map[string]any{"action": action, "attempt": n, "duration_ms": end.Sub(start).Milliseconds()}
	if err != nil {
		h.status = status
		err = cause(ctx, actx, err)
		err = &TransportError{Action: action, Endpoint: c.endpoint, Sent: sent.Load() && !noHandshake(err, reused.Load()), Err: err}
		fields["error"] = err.Error()
		c.log(ctx, LevelDebug, "API call", fields)
		if status == http.StatusUnauthorized {
			// Whatever the rest would have said: nothing was executed, and it may be a step towards the lock-out.
			return &Error{Action: action, Endpoint: c.endpoint, StatusCode: status}, h
		}
		return err, h
	}
	requestID := requestIDOf(answer)
	fields["status"], fields["request_id"] = status, requestID
	c.log(ctx, LevelDebug, "API call", fields)
	c.log(ctx, LevelTrace, "API answer", map[string]any{
		"action": action, "attempt": n, "status": status, "request_id": requestID, "body": c.redact(answer),
	})
	if requestID != "" {
		c.known.Store(true)
	}
	// Only what has the id of a request is an answer of the API: a proxy's page or a gateway's has a clock of its own.
	if measured, slack, ok := measure(header, start, end); ok && requestID != "" {
		h.skew = measured - ahead
		c.learnClock(ctx, measured, slack)
	}
	if status != http.StatusOK {
		h.retryAfter = c.retryAfter(header)
		refusal := decodeError(action, status, requestID, answer)
		refusal.Endpoint = c.endpoint
		return refusal, h
	}
	c.pace.admitted()
	if json.Unmarshal(answer, out) != nil {
		// The decoder's own error may quote what it stumbled over.
		return c.unusable(action, &ForeignError{Bytes: len(answer), Type: contentType(header)}), h
	}
	return nil, h
}

// learnClock keeps what an answer told about the two clocks, and says so in the log.
func (c *Client) learnClock(ctx context.Context, ahead, slack time.Duration) {
	changed, far := c.clock.learn(ahead, slack)
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

// mistimed reports a refusal whose cause is known to be the date of the signature: the credential was refused, and by
// the refusal's own Date header the signature was further off than the API tolerates. A refused credential that was
// signed in time is never reported: that would be a step towards the lock-out.
func (c *Client) mistimed(err error, h hints) bool {
	e := As(err)
	return e != nil && c.keyID != "" && e.StatusCode == http.StatusUnauthorized && e.has(1, 1) &&
		h.skew.Abs() > Tolerated-unmeasurable
}

// exchange sends a fresh request, signed as of at by the API's clock, and reads the whole answer. A status beside an error
// is that of an answer that broke off.
func (c *Client) exchange(ctx context.Context, action string, body []byte, at time.Time) (status int, header http.Header, answer []byte, err error) {
	// A new request each time, so that nothing of an earlier signature stays.
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint+"/"+action, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	if c.userAgent != "" {
		req.Header.Set("User-Agent", c.userAgent)
	}
	if err := c.sign(req, body, at); err != nil {
		return 0, nil, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(answer) > maxAnswer {
		err = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	}
	if err != nil {
		return resp.StatusCode, nil, nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return resp.StatusCode, resp.Header, answer, nil
}

// cause is err without the method and URL that net/http puts in front, and with the reason of an end that we or the
// caller brought about.
func cause(ctx, attempt context.Context, err error) error {
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "Post ") {
		err = inner
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %w", errInterrupted, ctx.Err())
	case attempt.Err() != nil:
		return context.Cause(attempt)
	}
	return err
}

type errorBody struct {
	Errors []struct {
		Code    json.RawMessage // a string by the description; a number is read as well
		Type    string
		Details string
	}
}

// decodeError makes an Error of whatever came with a status that is not 200.
func decodeError(action string, status int, requestID string, answer []byte) *Error {
	e := &Error{Action: action, StatusCode: status, RequestID: requestID}
	var body errorBody
	if json.Unmarshal(answer, &body) != nil {
		return e
	}
	for _, p := range body.Errors {
		e.Problems = append(e.Problems, Problem{Code: strings.Trim(string(p.Code), `"`), Type: p.Type, Details: p.Details})
	}
	return e
}

func requestIDOf(answer []byte) string {
	var body struct {
		ResponseContext struct {
			RequestID string `json:"RequestId"`
		}
	}
	_ = json.Unmarshal(answer, &body) // no id, or no JSON: there is none to show
	return body.ResponseContext.RequestID
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

func contentType(header http.Header) string {
	if t := header.Get("Content-Type"); t != "" {
		return t
	}
	return "no content type"
}
