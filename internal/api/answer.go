package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// kind is the result of one attempt. Only this file decides it: by the form of the answer, then its status, then its code. The
// kind decides the error, the retries, and what the attempt says about the credential and the endpoint.
type kind int

const (
	canceled      kind = iota // the caller's context ended
	unreachable               // nothing was sent
	timedOut                  // sent, and no answer came in time
	broken                    // sent, and the connection broke
	foreign                   // an answer that is not in the API's form: a page of a proxy, a portal, a gateway
	contradiction             // an error body of the API under HTTP 200
	throttled                 // refused because of the rate, by the API or, with 429, by a gateway
	fault                     // an error of the API with a status of 500 or more
	refusal                   // any other error of the API: the action was not executed
	success
)

// outcome is the outcome of one attempt.
type outcome struct {
	kind       kind
	err        error // nil = success
	sent       time.Time
	status     int           // 0 = no answer; set even if the answer broke off
	problems   []Problem     // of a body with Errors, in any form of answer
	retryAfter time.Duration // the Retry-After of the answer, 0 without one
	wrongDate  bool          // the date of the signature was refused, and the answer has the API's date
}

// withoutID are actions whose successful answer may have no request id: the example in the API's description has none. Their
// required members show that an answer is the API's.
var withoutID = map[string]bool{"ReadUserPolicy": true}

// maxProblems is the largest number of problems that are kept of an answer. The API sends one.
const maxProblems = 20

// envelope has the members that all answers of the API have.
type envelope struct {
	Errors []struct {
		Code    json.RawMessage // a string by the API's description; a number is accepted, too
		Type    string
		Details string
	}
	ResponseContext struct {
		RequestID string `json:"RequestId"`
	}
}

// answer is a parsed HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte

	requestID string
	problems  []Problem
	inForm    bool // it has the API's form
}

// parse reads the parts of an answer that decide its form. The API's form is a request id, and either the status 200 or an
// error status with a list of errors whose codes are decimal. An answer in another form is not from the API. clean removes
// secrets from the texts that are kept.
func (a *answer) parse(action string, clean func(string) string) {
	var e envelope
	if json.Unmarshal(a.body, &e) != nil {
		return
	}
	a.requestID = clean(e.ResponseContext.RequestID)
	decimal := true
	for _, p := range e.Errors[:min(len(e.Errors), maxProblems)] {
		problem := Problem{Code: clean(strings.Trim(string(p.Code), `"`)), Type: clean(p.Type), Details: clean(p.Details)}
		_, err := strconv.ParseUint(problem.Code, 10, 32)
		decimal = decimal && err == nil
		a.problems = append(a.problems, problem)
	}
	a.inForm = decimal && (a.requestID != "" || withoutID[action] && a.status == http.StatusOK) &&
		(a.status == http.StatusOK || a.status >= http.StatusBadRequest && len(a.problems) > 0)
}

// kind classifies a complete, parsed answer.
func (a *answer) kind() kind {
	switch {
	case a.status == http.StatusTooManyRequests:
		return throttled
	case !a.inForm:
		return foreign
	case a.status == http.StatusOK && len(a.problems) > 0:
		return contradiction
	case a.status == http.StatusOK:
		return success
	case a.status == http.StatusServiceUnavailable && (hasAny(a.problems, 6, 6) || hasAny(a.problems, 24, 25)):
		return throttled
	case a.status >= http.StatusInternalServerError:
		return fault
	}
	return refusal
}

// failure returns why there is no answer, without the method and URL that net/http adds.
func failure(ctx, attempt context.Context, err error, sent bool) (kind, error) {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	switch {
	case ctx.Err() != nil:
		return canceled, timelimit.Err(ctx)
	case !sent && attempt.Err() != nil:
		return unreachable, context.Cause(attempt)
	case !sent:
		return unreachable, err
	case attempt.Err() != nil:
		return timedOut, context.Cause(attempt)
	}
	return broken, err
}

// endpoint returns the result for the breaker. known says that the API itself has answered before: an answer in another form
// then comes from a proxy that can reach the API.
func (o outcome) endpoint(known bool) breaker.Result {
	switch o.kind {
	case unreachable:
		if permanent(o.err) {
			return breaker.Permanent
		}
		return breaker.Unreachable
	case timedOut:
		return breaker.TimedOut
	case canceled, broken:
		return breaker.Unclear
	case foreign:
		switch {
		case known:
		case o.status < http.StatusMultipleChoices || o.status >= http.StatusInternalServerError:
			return breaker.Foreign
		default:
			return breaker.Permanent
		}
	}
	return breaker.Answered
}

// credential returns the result for the lock-out guard. accepted says that the credential was accepted before. Codes count in
// any form of answer, because an overlooked refusal could lock the account.
func (o outcome) credential(accepted bool) auth.Outcome {
	switch {
	case o.kind == success:
		return auth.Accepted
	case o.wrongDate:
		return auth.WrongDate
	case o.status == http.StatusBadRequest && hasAny(o.problems, 4120, 4120),
		o.status == http.StatusUnauthorized && (hasAny(o.problems, 1, 1) || hasAny(o.problems, 11, 11) || hasAny(o.problems, 13, 13)):
		return auth.Refused // 401 with 11 or 13 comes from the lock-out itself (A23)
	case o.status == http.StatusUnauthorized && o.kind != refusal:
		// If the API has accepted the credential before, this is a refusal. Otherwise a gateway may have sent it.
		if accepted {
			return auth.Refused
		}
		return auth.Unanswered
	case o.kind == contradiction, o.kind == canceled && IsLostAnswer(o.err):
		return auth.Unanswered
	case o.kind == timedOut, o.kind == broken:
		if o.status == 0 || o.status/100 == 4 {
			return auth.Unanswered
		}
	case o.kind == refusal && acceptsCredential(o.status, o.problems):
		return auth.Accepted
	}
	return auth.Unclear
}

// acceptsCredential reports whether a refusal shows that the credential is good (A25).
func acceptsCredential(status int, problems []Problem) bool {
	switch status {
	case http.StatusUnauthorized:
		return hasAny(problems, 4, 5) || hasAny(problems, 7, 7)
	case http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusFailedDependency:
		return !hasAny(problems, 4000, 4000) // may be about the caller's key
	}
	return false
}

// hasAny reports a problem whose code is from low to high.
func hasAny(problems []Problem, low, high int) bool {
	for _, p := range problems {
		if n, err := strconv.Atoi(p.Code); err == nil && n >= low && n <= high {
			return true
		}
	}
	return false
}
