package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// Problem is one entry of an error answer's Errors list. Code is a decimal number in a string, as the API sends it.
type Problem struct {
	Code    string
	Type    string
	Details string // often empty
}

// Error is an answer of the API that is not a success. It is made for every status but 200: the official SDK decodes
// the problems only at 400 and 500, and the identity actions also answer 401, 403, 409, 424, 429 and 503.
type Error struct {
	Action     string
	Endpoint   string
	StatusCode int
	RequestID  string    // "" when the answer did not come from the API (a proxy, a wrong address)
	Problems   []Problem // empty when the body was not an error answer of the API
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: HTTP %d", e.Action, e.StatusCode)
	if len(e.Problems) == 0 {
		b.WriteString(", without an error body of the OUTSCALE API")
	}
	for _, p := range e.Problems {
		fmt.Fprintf(&b, ", %s %s", p.Type, p.Code)
		if p.Details != "" {
			fmt.Fprintf(&b, " (%s)", p.Details)
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	return b.String()
}

// Code is the code of the first problem, "" without one.
func (e *Error) Code() string {
	if len(e.Problems) == 0 {
		return ""
	}
	return e.Problems[0].Code
}

// TransportError says that no usable answer came: the address could not be reached, the connection broke, the time
// ran out, or a success arrived in a form that cannot be read.
type TransportError struct {
	Action   string
	Endpoint string
	Sent     bool // the request may have been executed
	Err      error
}

func (e *TransportError) Error() string {
	if e.Sent {
		return fmt.Sprintf("%s: no usable answer from %s: %v", e.Action, e.Endpoint, e.Err)
	}
	return fmt.Sprintf("%s: %s was not reached: %v", e.Action, e.Endpoint, e.Err)
}

func (e *TransportError) Unwrap() error { return e.Err }

// ConfigError is a configuration that gives no usable credential or setting.
type ConfigError struct {
	Summary   string
	Detail    string
	Attribute string // the argument of the provider block at fault, "" when it is not one of them
}

func (e *ConfigError) Error() string { return e.Summary + ": " + e.Detail }

// ForeignError says that a success came which is no answer of the API: a page of something that answers in its place, or
// an answer that was damaged on its way.
type ForeignError struct {
	Bytes int
	Type  string // its Content-Type
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("HTTP 200 with a body that is not the API's answer (%d bytes, %s)", e.Bytes, e.Type)
}

// ProxyError says that the proxy before the endpoint refused to connect to it.
type ProxyError struct {
	Proxy      string // host and port
	StatusCode int
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused to connect: HTTP status %d %s", e.Proxy, e.StatusCode, http.StatusText(e.StatusCode))
}

// UnsentError says that a call was not sent, because the credential was refused before and more refusals would lock the
// access out. Err is that refusal, an *Error of another call.
type UnsentError struct {
	Action string
	Err    error
}

func (e *UnsentError) Error() string {
	return fmt.Sprintf("%s was not sent, because the credential was refused before: %v", e.Action, e.Err)
}

func (e *UnsentError) Unwrap() error { return e.Err }

// GivenUpError says that a call was not sent, because attempts found nothing at the endpoint a moment ago. It is the cause
// in a *TransportError. Err is what the first of these attempts got, an *Error or a *TransportError of another call.
type GivenUpError struct{ Err error }

func (e *GivenUpError) Error() string {
	return fmt.Sprintf("it was given up on a moment before: %v", e.Err)
}

func (e *GivenUpError) Unwrap() error { return e.Err }

// As returns the API's refusal inside err, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// IsNotFound reports codes 5000 to 5999: the object, or its owner, is unknown to the API.
func IsNotFound(err error) bool { return hasCode(err, 5000, 5999) }

// IsConflict reports codes 6000 to 6999 (invalid state) and 9000 to 9999 (conflict).
func IsConflict(err error) bool { return hasCode(err, 6000, 6999) || hasCode(err, 9000, 9999) }

// IsQuota reports codes 10000 to 10999: a limit of the account or the owner is reached.
func IsQuota(err error) bool { return hasCode(err, 10000, 10999) }

// IsInvalid reports codes 3000 to 4999 without the two that can speak of the caller's key rather than of the request
// (4000, 4120): a value or a member of the request was refused.
func IsInvalid(err error) bool {
	return hasCode(err, 3000, 4999) && !hasCode(err, 4000, 4000) && !hasCode(err, 4120, 4120)
}

// IsUnknownCaller reports 400/4120: the signing key is unknown in this region.
func IsUnknownCaller(err error) bool { return hasCode(err, 4120, 4120) }

// IsKeyNotFound reports code 4000, which the API's oldest error table gives for an access key that was not found. It
// can also speak of the caller's key, so that it proves nothing alone.
func IsKeyNotFound(err error) bool { return hasCode(err, 4000, 4000) }

// IsForbidden reports a valid credential without the right: measured as 403 with code 4, documented as 401 with 5 or 7.
func IsForbidden(err error) bool {
	e := As(err)
	if e == nil || (e.StatusCode != http.StatusUnauthorized && e.StatusCode != http.StatusForbidden) {
		return false
	}
	return e.has(4, 5) || e.has(7, 7)
}

// IsUnauthorized reports a credential that was refused: a bad key or signature, a lock-out, an access rule.
func IsUnauthorized(err error) bool {
	e := As(err)
	if e == nil {
		return false
	}
	return e.has(4120, 4120) || (e.StatusCode == http.StatusUnauthorized && !IsForbidden(err))
}

// IsThrottled reports a request that was turned away for its rate and not executed: 429, or the older 503 with code 6.
func IsThrottled(err error) bool {
	e := As(err)
	if e == nil {
		return false
	}
	if e.StatusCode == http.StatusTooManyRequests {
		return true
	}
	return e.StatusCode == http.StatusServiceUnavailable && (e.has(6, 6) || e.has(24, 25))
}

// IsAmbiguous reports that the action may have been executed all the same: the answer was lost or unreadable, or the
// API answered 5xx. A throttled 503 counts too: only 429 is a sure refusal.
func IsAmbiguous(err error) bool {
	var t *TransportError
	if errors.As(err, &t) {
		return t.Sent
	}
	e := As(err)
	return e != nil && (e.StatusCode >= http.StatusInternalServerError || e.StatusCode < http.StatusMultipleChoices)
}

func hasCode(err error, low, high int) bool {
	e := As(err)
	return e != nil && e.has(low, high)
}

func (e *Error) has(low, high int) bool {
	for _, p := range e.Problems {
		if n, err := strconv.Atoi(p.Code); err == nil && n >= low && n <= high {
			return true
		}
	}
	return false
}
