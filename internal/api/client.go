// Package api is the OUTSCALE client: the official SDK's types and signature on a transport of our own, which retries by
// class, paces, redacts what it logs and decodes every error. It knows nothing of Terraform.
package api

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Credential is one whole credential: an access key or a login, never parts of two.
type Credential struct{ AccessKeyID, SecretKey, Login, Password string }

// String names the credential without its secret.
func (c Credential) String() string {
	switch {
	case c.AccessKeyID != "":
		return "access key " + c.AccessKeyID
	case c.Login != "":
		return "a login"
	}
	return "no credential"
}

// GoString is String: the secret has no place in any verb's output.
func (c Credential) GoString() string { return c.String() }

// Config is what a Client is made of. Resolve fills Endpoint, Region, Credential, ClientCertificate and Insecure.
type Config struct {
	Endpoint          string // base URL with path, e.g. https://api.eu-west-2.outscale.com/api/v1
	Region            string // the region in the signature's scope
	Credential        Credential
	ClientCertificate *tls.Certificate // for accounts whose access rules demand one; nil = none
	Insecure          bool             // do not verify the server's certificate
	RequestsPerSecond float64          // 0 = unlimited
	UserAgent         string
	Log               Log              // nil = silent
	Now               func() time.Time // the machine's clock; nil = time.Now
}

// Client speaks to one endpoint with one credential. It is safe for concurrent use.
type Client struct {
	endpoint    string
	keyID       string
	userAgent   string
	http        *http.Client
	connections *http.Transport
	sign        signer
	pace        *pace
	gate        gate
	patience    patience
	redact      func([]byte) string
	log         Log
	now         func() time.Time // the machine's clock: for how long something takes
	clock       *clock           // the API's: for what is signed and dated
	sleep       func(context.Context, time.Duration) error
	random      func() float64
	known       atomic.Bool // the API itself has answered
}

// New checks cfg and returns a client. It makes no call. Errors are *ConfigError.
func New(cfg Config) (*Client, error) {
	endpoint, err := checkEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	sign, err := signing(cfg)
	if err != nil {
		return nil, err
	}
	c := &Client{
		endpoint: endpoint, keyID: cfg.Credential.AccessKeyID, userAgent: cfg.UserAgent, sign: sign,
		patience: defaultPatience, redact: redactor(cfg.Credential),
		log: cfg.Log, now: cfg.Now, sleep: sleepFor, random: rand.Float64,
	}
	if c.log == nil {
		c.log = func(context.Context, Level, string, map[string]any) {}
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.clock = &clock{machine: c.now}
	c.pace = newPace(cfg.RequestsPerSecond, c.now, c.sleep)
	c.connections = connections(cfg)
	c.http = &http.Client{
		Transport: c.connections,
		// A redirect would carry the signature elsewhere or turn the POST into a GET: it is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// AccessKeyID is the id of the key that signs the calls, "" when the client uses a login.
func (c *Client) AccessKeyID() string { return c.keyID }

// Accepted reports whether an answer has shown that the credential is good.
func (c *Client) Accepted() bool { return c.gate.accepted() }

// Endpoint is the address that the calls go to, with its path and without a name of an action.
func (c *Client) Endpoint() string { return c.endpoint }

// CloseIdleConnections closes the connections that no call uses. The client stays usable.
func (c *Client) CloseIdleConnections() { c.connections.CloseIdleConnections() }

func checkEndpoint(endpoint string) (string, error) {
	bad := func(why string) (string, error) {
		return "", &ConfigError{Summary: "Endpoint not usable", Detail: why, Attribute: "endpoint"}
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return bad("The endpoint is not a URL.") // the parser's error would repeat a password in it
	case u.User != nil:
		return bad("The endpoint must not hold a user name or a password.")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad(fmt.Sprintf("The endpoint %q does not begin with https:// or http://.", endpoint))
	case u.Hostname() == "":
		return bad(fmt.Sprintf("The endpoint %q has no host.", endpoint))
	case u.RawQuery != "" || u.Fragment != "":
		return bad(fmt.Sprintf("The endpoint %q must end with its path.", endpoint))
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func connections(cfg Config) *http.Transport {
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.Insecure} //nolint:gosec // asked for by the user
	if cfg.ClientCertificate != nil {
		tlsConfig.Certificates = []tls.Certificate{*cfg.ClientCertificate}
	}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       tlsConfig,
		TLSHandshakeTimeout:   dialTimeout,
		MaxIdleConns:          16,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       30 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			return &ProxyError{Proxy: proxy.Host, StatusCode: resp.StatusCode} // the URL may hold a password
		},
	}
}

// do calls action with in as its body and decodes a success into out, trying again as judge allows. The error is an
// *Error or a *TransportError, wrapped where waiting for another attempt was cut short.
func (c *Client) do(ctx context.Context, action string, rep repeat, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("%s: the request cannot be written: %w", action, err)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.patience.total)
		defer cancel()
	}
	var last error
	var so tally
	for {
		so.attempts++
		err, wait := c.try(ctx, action, rep, &so, body, out)
		if err == nil {
			return nil
		}
		if so.sent.IsZero() {
			return c.gaveUp(action, last, err)
		}
		last = err
		so.faults++
		v := c.judge(ctx, rep, err, so, wait)
		if !v.again {
			if v.why == throttled {
				c.log(ctx, LevelInfo, "turned away, and not sent again by itself: the other calls wait", map[string]any{
					"action": action, "attempt": so.attempts, "reason": v.why, "wait_ms": v.wait.Milliseconds(), "status": statusOf(err),
					"all_calls_wait": true, "requests_per_second": c.pace.perSecond(),
				})
			}
			return err
		}
		fields := map[string]any{
			"action": action, "attempt": so.attempts, "reason": v.why, "wait_ms": v.wait.Milliseconds(), "status": statusOf(err),
		}
		if v.why == throttled || v.why == underLoad {
			fields["all_calls_wait"], fields["requests_per_second"] = true, c.pace.perSecond()
		}
		c.log(ctx, LevelInfo, "waiting before the next attempt", fields)
		if err := c.sleep(ctx, v.wait); err != nil {
			return c.gaveUp(action, last, err)
		}
		if v.why == throttled || v.why == underLoad {
			so.since, so.faults, so.doubted = time.Time{}, 0, so.doubted || v.why == underLoad
		}
	}
}

// try sends the request when the pace and the gate let it, and once more when it was refused for the date of its
// signature alone. retryAfter is what a refusal asked to wait. so.sent is zero when nothing was sent.
func (c *Client) try(ctx context.Context, action string, rep repeat, so *tally, body []byte, out any) (err error, retryAfter time.Duration) { //nolint:staticcheck // the error is the result, the wait its detail
	so.sent = time.Time{}
	in, err := c.turn(ctx, action, caller{rep: rep, begun: so.attempts > 1, hurried: ctx.Value(hurried{}) != nil})
	if err != nil {
		return err, 0
	}
	so.sent = c.now()
	if so.since.IsZero() {
		so.since = so.sent
	}
	err, h := c.attempt(ctx, action, so.attempts, rep, body, out)
	if !so.redated && c.mistimed(err, h) {
		so.redated = true
		c.log(ctx, LevelInfo, "refused for the date of the signature: sent once more with the API's", map[string]any{
			"action": action, "attempt": so.attempts, "reason": "clock", "wait_ms": 0, "status": statusOf(err),
		})
		if waitErr := c.pace.wait(ctx); waitErr == nil {
			so.sent = c.now()
			err, h = c.attempt(ctx, action, so.attempts, rep, body, out)
		}
	}
	if c.gate.leave(in, c.now(), so.sent, rep, err, h.status, c.known.Load(), c.patience) {
		c.log(ctx, LevelWarn, "the endpoint is given up on: calls fail unsent for a while", map[string]any{
			"action": action, "endpoint": c.endpoint, "again_ms": askAgain.Milliseconds(),
		})
	}
	return err, h.retryAfter
}

// turn waits until a call may be sent: by what is known of the credential and of the endpoint, and by the pace. Who
// waits for the former does not use up the pace meanwhile.
func (c *Client) turn(ctx context.Context, action string, who caller) (pass, error) {
	for {
		if err := c.gate.ready(ctx, c.now, who, c.patience); err != nil {
			return pass{}, err
		}
		c.tellQueue(ctx, action)
		waiting, done := c.gate.pacing(ctx, who)
		err := c.pace.wait(waiting)
		out := errors.Is(context.Cause(waiting), errOutOfPace)
		done()
		if err != nil && !out {
			return pass{}, err
		}
		if in, ok := c.gate.enter(c.now(), who, c.patience); ok {
			return in, nil
		}
	}
}

// tellQueue says in the log when a call has to wait long for its turn.
func (c *Client) tellQueue(ctx context.Context, action string) {
	if wait := c.pace.ahead(); wait >= longQueue && ctx.Value(hurried{}) == nil {
		c.log(ctx, LevelInfo, "waiting for the turn in the pace", map[string]any{
			"action": action, "reason": "pace", "wait_ms": wait.Milliseconds(), "requests_per_second": c.pace.perSecond(),
		})
	}
}

// longQueue is a wait for the pace that is worth a line in the log.
const longQueue = 5 * time.Second

// gaveUp is the error of a call that was not sent: its time ran out while it waited, or the credential was refused or the
// endpoint given up on meanwhile. last is what its previous attempt got.
func (c *Client) gaveUp(action string, last, why error) error {
	var refused *UnsentError
	var lost *GivenUpError
	switch {
	case errors.As(why, &refused) && last != nil:
		return last
	case errors.As(why, &refused):
		return &UnsentError{Action: action, Err: refused.Err}
	case errors.As(why, &lost) && last != nil && !IsThrottled(last):
		return last // what it may have done stays true
	case errors.As(why, &lost):
		return &TransportError{Action: action, Endpoint: c.endpoint, Err: lost}
	case last != nil:
		return fmt.Errorf("%w (and the time for another attempt ran out: %w)", last, why)
	}
	return &TransportError{Action: action, Endpoint: c.endpoint, Err: fmt.Errorf("nothing was sent in the time given: %w", why)}
}

// unusable is a success that cannot be understood: the action was executed, and what it answered is lost.
func (c *Client) unusable(action string, err error) error {
	return &TransportError{Action: action, Endpoint: c.endpoint, Sent: true, Err: err}
}

var errInterrupted = errors.New("interrupted")
