package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"time"
)

// repeat says what may happen to an action whose answer is missing.
type repeat int

const (
	once   repeat = iota // it may have been executed: the caller must find out
	always               // doing it again does no harm
)

// patience holds every duration of a call. A dead or silent endpoint is reported within 30 s, to all calls (reach): twice
// repeatable plus backoff for one, once plus repeatable for a create and the look-up that follows it, unreachable plus dial
// for the other.
type patience struct {
	once        time.Duration // one attempt of an action that is sent once
	repeatable  time.Duration // one attempt of the others
	unreachable time.Duration // how long to go on dialling
	silent      time.Duration // how long to go on after attempts without an answer, and to wait for others that do
	faulty      time.Duration // how long to go on after 5xx and broken answers
	foreign     time.Duration // the same, as long as nothing that answered was the API
	attempts    int           // how many times at most, 5xx and broken answers
	total       time.Duration // a call whose context has no deadline
	base, max   time.Duration // backoff: first and largest
}

var defaultPatience = patience{
	once: 14 * time.Second, repeatable: 12 * time.Second, unreachable: 18 * time.Second, silent: 28 * time.Second,
	faulty: time.Minute, foreign: 5 * time.Second, attempts: 10, total: 10 * time.Minute, base: 250 * time.Millisecond, max: 8 * time.Second,
}

const dialTimeout = 10 * time.Second

// maxRetryAfter bounds what a server, or something that answers in its place, may ask us to wait.
const maxRetryAfter = 5 * time.Minute

// verdict is what to do after a failed attempt.
type verdict struct {
	again bool
	wait  time.Duration
	why   string // for the log
}

const (
	throttled = "throttled"
	underLoad = "the key was refused, which also happens under load"
)

// loadWait is how long calls wait after a 400/4120 that may be throttling: half of it to the whole.
const loadWait = 4 * time.Second

// tally is what a call has been through.
type tally struct {
	attempts int       // all of them
	faults   int       // those since the last throttled one, which has the whole of the call's time
	since    time.Time // when the first of them was begun
	sent     time.Time // when the last attempt left; zero = it did not
	redated  bool      // it was sent again for the date of its signature
	doubted  bool      // it was sent again after a 400/4120
}

// judge decides. retryAfter is what the answer asked us to wait.
//
// Never tried again: 401, and 400/4120 but for the one case that trust knows: four in a row lock the account; 403; every
// other definite refusal; and whatever may have executed an action that is sent once, a throttled 503 included. That one
// slows all the other calls all the same.
func (c *Client) judge(ctx context.Context, rep repeat, err error, so tally, retryAfter time.Duration) verdict {
	wait := c.backoff(so.attempts)
	if IsThrottled(err) {
		wait = max(wait, retryAfter)
		c.pace.throttled(so.sent, wait)
		return verdict{ctx.Err() == nil && (rep == always || !IsAmbiguous(err)), wait, throttled}
	}
	if ctx.Err() != nil {
		return verdict{}
	}
	switch {
	case IsUnknownCaller(err) && !so.doubted && c.gate.doubts(so.sent):
		wait = c.jittered(loadWait)
		c.pace.throttled(so.sent, wait)
		return verdict{true, wait, underLoad}
	case c.gate.lost():
		return verdict{}
	}
	return c.faulty(rep, err, so, wait, retryAfter)
}

// faulty decides after an attempt that got no answer, or one that says that the API failed.
func (c *Client) faulty(rep repeat, err error, so tally, wait, retryAfter time.Duration) verdict {
	p, elapsed := c.patience, c.now().Sub(so.since)
	var t *TransportError
	switch {
	case permanent(err):
		return verdict{}
	case errors.As(err, &t) && !t.Sent:
		return c.while(elapsed+wait <= p.unreachable, verdict{true, wait, "the endpoint was not reached"}, err, so)
	case rep == once || !IsAmbiguous(err):
		return verdict{}
	case timedOut(err):
		return c.while(elapsed+wait+p.repeatable <= p.silent, verdict{true, wait, "no answer in time"}, err, so)
	case statusOf(err) == http.StatusNotImplemented || so.faults >= p.attempts || elapsed+wait > p.faulty:
		return verdict{}
	case !c.known.Load() && isForeign(err):
		return c.while(elapsed+wait <= p.foreign, verdict{true, max(wait, retryAfter), "the API failed"}, err, so)
	case !answered(err) && !c.gate.accepted():
		// Few may be lost before one is accepted (trust): they are spread, so that a short disturbance does not take all.
		wait = c.backoff(so.attempts + 3)
		c.pace.hold(wait)
	}
	return verdict{true, max(wait, retryAfter), "the API failed"}
}

// while is v as long as there is patience. Without, the endpoint is given up on for all calls.
func (c *Client) while(patient bool, v verdict, err error, so tally) verdict {
	if patient {
		return v
	}
	c.gate.despair(c.now(), so.since, err)
	return verdict{}
}

// backoff is between half and the whole of base doubled n-1 times, at most max: jitter keeps the calls of many runs apart.
func (c *Client) backoff(n int) time.Duration {
	d := c.patience.max
	if shift := n - 1; shift < 10 {
		d = min(d, c.patience.base<<shift)
	}
	return c.jittered(d)
}

// jittered is between half and the whole of d.
func (c *Client) jittered(d time.Duration) time.Duration {
	return d/2 + time.Duration(c.random()*float64(d/2))
}

// permanent reports a failure to connect that waiting does not heal: a name that does not exist, a certificate that is
// not trusted, an answer that is not TLS, a proxy that wants something else.
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

// noHandshake reports that the server refused the TLS handshake. It may tell so only while the answer is waited for, as
// when a client certificate is missing: on a new connection no request was read then.
func noHandshake(err error, reused bool) bool {
	var op *net.OpError
	return !reused && errors.As(err, &op) && op.Op == "remote error"
}

// isForeign reports an answer that is not in the form of the API: a page of a proxy, a portal, a gateway.
func isForeign(err error) bool {
	var page *ForeignError
	e := As(err)
	return errors.As(err, &page) || e != nil && len(e.Problems) == 0
}

// errNoAnswer is the cause of an attempt that we ended ourselves.
var errNoAnswer = errors.New("no answer in time")

// IsTimeout reports that no answer came in the time that one attempt is given.
func IsTimeout(err error) bool { return timedOut(err) }

func timedOut(err error) bool { return errors.Is(err, errNoAnswer) }

func statusOf(err error) int {
	if e := As(err); e != nil {
		return e.StatusCode
	}
	return 0
}

// IsSilent reports that the endpoint was not reached, or gave no answer in time: to ask it again at once is of no use.
func IsSilent(err error) bool {
	var t *TransportError
	return timedOut(err) || errors.As(err, &t) && !t.Sent
}
