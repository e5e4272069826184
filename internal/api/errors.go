package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/limit"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Problem is one entry of an error answer's Errors list. Code is a decimal number in a string, as the API sends it.
type Problem struct {
	Code    string
	Type    string
	Details string // often empty
}

// Error is an error answer in the form of the API. Its texts come from the API or from a gateway: quote them where they are
// shown (package text). With the status 200 it is unknown whether the action was executed.
//
// The official SDK decodes error answers only at the statuses 400 and 500. The identity actions also answer with 401, 403, 409,
// 424, 429 and 503.
type Error struct {
	Action     string
	Endpoint   string
	StatusCode int
	RequestID  string
	Problems   []Problem
	Credential string // names the credential of the call and its source: "access key ID from the environment"; "" = not known
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: HTTP %d", e.Action, e.StatusCode)
	if e.StatusCode == http.StatusOK {
		b.WriteString(" with an error body")
	}
	for _, p := range e.Problems {
		fmt.Fprintf(&b, ", %s %s", text.Word(p.Type), text.Word(p.Code))
		if p.Details != "" {
			fmt.Fprintf(&b, ": %s", text.Quote(p.Details))
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", text.Word(e.RequestID))
	}
	return b.String()
}

// Code returns the code of the first problem, "" without one.
func (e *Error) Code() string {
	if len(e.Problems) == 0 {
		return ""
	}
	return e.Problems[0].Code
}

// TransportError says that there is no usable answer: the address could not be reached, the connection broke, the time ran out,
// or the answer is not the API's (*ForeignError).
type TransportError struct {
	Action   string
	Endpoint string
	Sent     bool // the request may have been executed
	Err      error
}

func (e *TransportError) Error() string {
	why := text.Escape(fmt.Sprint(e.Err)) // it may contain text from outside, such as a host in a certificate
	if e.Sent {
		return fmt.Sprintf("%s: no usable answer from %s: %s", e.Action, e.Endpoint, why)
	}
	return fmt.Sprintf("%s: not sent to %s: %s", e.Action, e.Endpoint, why)
}

func (e *TransportError) Unwrap() error { return e.Err }

// ConfigError says that a credential or a setting of the configuration cannot be used. Detail names the setting, and repeats no
// value that may be a secret.
type ConfigError struct{ Summary, Detail string }

func (e *ConfigError) Error() string { return e.Summary + ": " + e.Detail }

// ForeignError says that an answer is not in the form of the API: it comes from a proxy, a portal or a gateway, or was damaged
// on its way.
type ForeignError struct {
	StatusCode int
	Bytes      int
	Type       string // its Content-Type, "" without one
}

func (e *ForeignError) Error() string {
	kind := "no content type"
	if e.Type != "" {
		kind = text.Word(e.Type)
	}
	return fmt.Sprintf("HTTP %d with a body that is not the API's answer (%d bytes, %s)", e.StatusCode, e.Bytes, kind)
}

// ProxyError says that the proxy refused to connect to the endpoint.
type ProxyError struct {
	Proxy      string // host and port
	StatusCode int
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused to connect: HTTP status %d %s", e.Proxy, e.StatusCode, http.StatusText(e.StatusCode))
}

// UnsentError says that a call was not sent, because the credential was refused before and more refusals would lock the account.
// Err is that refusal, usually an *Error of another call or of another process.
type UnsentError struct {
	Action string
	Until  time.Time // when a credential refused in another process is sent again; zero = never by this client
	Err    error
}

func (e *UnsentError) Error() string {
	until := ""
	if !e.Until.IsZero() {
		until = ", by another process, and is not sent until " + e.Until.Format(time.TimeOnly)
	}
	return fmt.Sprintf("%s was not sent, because the credential was refused before%s: %v", e.Action, until, e.Err)
}

func (e *UnsentError) Unwrap() error { return e.Err }

// GivenUpError says that a call was not sent, because an earlier call could not reach the endpoint. It is the cause in a
// *TransportError. Err is the error of the earlier call, an *Error or a *TransportError.
type GivenUpError struct{ Err error }

func (e *GivenUpError) Error() string {
	return fmt.Sprintf("an earlier call could not reach it: %v", e.Err)
}

func (e *GivenUpError) Unwrap() error { return e.Err }

// WaitError says that a call was not sent, because its time limit ends before it may be sent.
type WaitError = limit.WaitError

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

// IsInvalid reports codes 3000 to 4999: a value or a member of the request was refused. It excludes the codes that may be about
// the caller's key (4000, 4120).
func IsInvalid(err error) bool {
	return hasCode(err, 3000, 4999) && !hasCode(err, 4000, 4000) && !hasCode(err, 4120, 4120)
}

// IsUnknownCaller reports 400/4120: the signing key is unknown in this region.
func IsUnknownCaller(err error) bool { return hasCode(err, 4120, 4120) }

// IsKeyNotFound reports code 4000: an access key was not found, by the API's oldest error table. It may also be about the
// caller's key, so it proves nothing alone.
func IsKeyNotFound(err error) bool { return hasCode(err, 4000, 4000) }

// IsUnknownAction reports that the API does not have the action: code 5011 (A18).
func IsUnknownAction(err error) bool { return hasCode(err, 5011, 5011) }

// IsForbidden reports that the caller lacks the right: measured as 403 with code 4, documented as 401 with code 5 or 7.
func IsForbidden(err error) bool {
	e := As(err)
	if e == nil || (e.StatusCode != http.StatusUnauthorized && e.StatusCode != http.StatusForbidden) {
		return false
	}
	return hasAny(e.Problems, 4, 5) || hasAny(e.Problems, 7, 7)
}

// IsUnauthorized reports that the credential was refused: a bad key or signature, a lock-out, an access rule.
func IsUnauthorized(err error) bool {
	e := As(err)
	return IsUnknownCaller(err) || e != nil && e.StatusCode == http.StatusUnauthorized && !IsForbidden(err)
}

// IsThrottled reports that a request was refused because of the rate: 429, or the older 503 with code 6. Only a 429 of the API
// itself proves that the action was not executed: see IsLostAnswer.
func IsThrottled(err error) bool {
	switch statusOf(err) {
	case http.StatusTooManyRequests:
		return true
	case http.StatusServiceUnavailable:
		return hasCode(err, 6, 6) || hasCode(err, 24, 25)
	}
	return false
}

// IsLostAnswer reports that the action may have been executed: the answer was lost or is not the API's, or the API answered 5xx,
// a throttled 503 included, or 200 with an error body.
func IsLostAnswer(err error) bool {
	var t *TransportError
	if errors.As(err, &t) {
		return t.Sent
	}
	e := As(err)
	return e != nil && (e.StatusCode >= http.StatusInternalServerError || e.StatusCode < http.StatusMultipleChoices)
}

// IsTimeout reports that an attempt ended because no answer came in time.
func IsTimeout(err error) bool { return errors.Is(err, errNoAnswer) }

// IsSilent reports whether the endpoint was not reached or did not answer in time, so that an immediate retry is useless.
func IsSilent(err error) bool {
	var t *TransportError
	return IsTimeout(err) || errors.As(err, &t) && !t.Sent
}

// hasCode reports an error of the API with a code from low to high. With HTTP 200 a code is not a refusal.
func hasCode(err error, low, high int) bool {
	e := As(err)
	return e != nil && e.StatusCode >= http.StatusBadRequest && hasAny(e.Problems, low, high)
}

// statusOf returns the HTTP status of the answer that err is about, 0 without one.
func statusOf(err error) int {
	var page *ForeignError
	if errors.As(err, &page) {
		return page.StatusCode
	}
	if e := As(err); e != nil {
		return e.StatusCode
	}
	return 0
}

// permanent reports a failure to connect that waiting does not resolve: a name that does not exist, a certificate that is not
// trusted, an answer that is not TLS, a proxy that refuses.
func permanent(err error) bool {
	var (
		dns      *net.DNSError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		hostname x509.HostnameError
		proxy    *ProxyError
		t        *TransportError
	)
	switch {
	case errors.As(err, &t) && t.Sent:
		return false
	case errors.As(err, &dns):
		return dns.IsNotFound
	case errors.As(err, &proxy):
		return proxy.StatusCode < http.StatusInternalServerError
	}
	return errors.Is(err, http.ErrSchemeMismatch) || noHandshake(err, false) || errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &hostname)
}

// noHandshake reports whether the server refused the TLS handshake, and therefore read no request. The refusal of a missing
// client certificate may come after the request was written to a new connection.
func noHandshake(err error, reused bool) bool {
	var op *net.OpError
	return !reused && errors.As(err, &op) && op.Op == "remote error"
}
