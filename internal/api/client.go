// Package api is the client of the OUTSCALE API. It uses the types and the signature of the official SDK, with its own
// transport.
//
// A call (do) makes attempts until one succeeds or decide ends it. Each attempt takes these steps:
//
//	admit    ready       waits for the lock-out guard (auth) and the circuit breaker (breaker)
//	         limit.Wait  waits for the rate limit (limit), unless the breaker opens (untilTripped)
//	         enter       admits the request; after a change of the guard or the breaker, admit starts again
//	         askMachine  fails if another process recorded a refusal of the credential
//	attempt              signs and sends the request; answer.go classifies the answer
//	settle   leave       reports the outcome to the guard and the breaker
//	decide               decides about the next attempt (retry.go)
//
// Logs have no secrets.
package api

import (
	"context"
	"crypto/tls"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/limit"
)

// Credential is an access key or a login.
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

// GoString returns String, so that no formatting verb shows the secret.
func (c Credential) GoString() string { return c.String() }

// describe names the credential and its source for an error. It does not repeat a login, nor an id that is as long as a secret.
func (c Credential) describe(source string) string {
	what := c.String()
	switch {
	case c.AccessKeyID == "":
		what = "the login"
	case len(c.AccessKeyID) >= keySecretLength:
		what = fmt.Sprintf("an access key whose id has %d characters", len(c.AccessKeyID))
	}
	if source != "" {
		what += " from " + source
	}
	return what
}

// Config configures a Client. Resolve fills Endpoint, Region, Credential, CredentialSource, ClientCertificate and Insecure.
type Config struct {
	Endpoint          string // base URL with path, e.g. https://api.eu-west-2.outscale.com/api/v1
	Region            string // the region in the signature's scope
	Credential        Credential
	CredentialSource  string           // where the credential was found, for errors, e.g. "the environment"; "" = not known
	ClientCertificate *tls.Certificate // for accounts whose access rules require one; nil = none
	Insecure          bool             // do not verify the server's certificate
	RequestsPerSecond float64          // 0 = no limit; at least limit.Slowest otherwise
	UserAgent         string
	// RefusalFolder is a folder of this user in which the client records a refused credential for a minute, as a hash, so
	// that other processes do not send it; "" = the client records it in memory only.
	RefusalFolder string
	Proxy         func(*url.URL) (*url.URL, error) // nil = the proxy of the process's environment
	Warnings      []Warning                        // set by Resolve; New ignores them
	Log           Log                              // nil = no logs
	NoBodies      bool                             // Log does not receive the lines with bodies
	Now           func() time.Time                 // the machine's clock; nil = time.Now
}

// Client calls one endpoint with one credential. It is safe for concurrent use.
type Client struct {
	config      Config // without the credential
	endpoint    string
	keyID       string
	credential  string // for errors: see Credential.describe
	http        *http.Client
	connections *http.Transport
	sign        signer
	limit       *limit.Limiter
	admission   *admission
	refusals    *auth.RefusalStore
	timeouts    timeouts
	redact      redactor
	log         Log
	now         func() time.Time // the machine's clock, which measures durations
	clock       *clock           // the API's clock, for signatures and dates
	sleep       func(context.Context, time.Duration) error
	random      func() float64
	known       atomic.Bool // the API itself has answered
	answered    answered    // the calls of this process, for CallerAddress
}

// New checks cfg and returns a client. It makes no call. Errors are *ConfigError.
func New(cfg Config) (*Client, error) {
	endpoint, err := checkEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	if rate := cfg.RequestsPerSecond; !(rate == 0 || rate >= limit.Slowest) || math.IsInf(rate, 1) {
		return nil, &ConfigError{
			Summary: "Rate not usable",
			Detail:  fmt.Sprintf("The requests per second are %v. They can be 0, which means no limit, or at least %v.", rate, limit.Slowest),
		}
	}
	sign, err := signing(cfg)
	if err != nil {
		return nil, err
	}
	c := &Client{
		endpoint: endpoint, keyID: cfg.Credential.AccessKeyID, credential: cfg.Credential.describe(cfg.CredentialSource), sign: sign,
		timeouts: defaultTimeouts, redact: newRedactor(cfg.Credential),
		log: cfg.Log, now: cfg.Now, sleep: sleep, random: rand.Float64,
	}
	c.config = cfg
	c.config.Credential = Credential{}
	if c.log == nil {
		c.log = func(context.Context, Level, string, map[string]any) {}
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.clock = &clock{machine: c.now}
	c.limit = limit.New(cfg.RequestsPerSecond, c.now, c.sleep)
	c.admission = &admission{now: func() time.Time { return c.now() }, breaker: breaker.New(c.timeouts.breaker())}
	cred := cfg.Credential
	c.refusals = auth.NewRefusalStore(cfg.RefusalFolder, endpoint, cred.AccessKeyID+cred.Login, cred.SecretKey+cred.Password, cred.Login != "")
	c.connections = connections(cfg)
	c.http = &http.Client{
		Transport: c.connections,
		// To follow a redirect would send the signature elsewhere or turn the POST into a GET. It is an answer like any other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// AccessKeyID returns the id of the key that signs the calls, "" if the client uses a login.
func (c *Client) AccessKeyID() string { return c.keyID }

// Accepted reports whether the API has accepted the credential.
func (c *Client) Accepted() bool { return c.admission.accepted() }

// Endpoint returns the address of the API with its path, without the name of an action.
func (c *Client) Endpoint() string { return c.endpoint }

// CloseIdleConnections closes the connections that no call uses. The client can be used afterwards.
func (c *Client) CloseIdleConnections() { c.connections.CloseIdleConnections() }

func checkEndpoint(endpoint string) (string, error) {
	bad := func(why string) (string, error) {
		return "", &ConfigError{Summary: "Endpoint not usable", Detail: why}
	}
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		why := "The endpoint is not a URL." // the parser's error would show a password in it
		if strings.ContainsFunc(endpoint, isBlank) {
			why = "The endpoint contains white space."
		}
		return bad(why)
	case u.User != nil:
		return bad("The endpoint must not contain a user name or a password.")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return bad("The endpoint must end with its path. It has a query or a fragment, which is not shown because it may be secret.")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad(fmt.Sprintf("The endpoint is %s. It must begin with https:// or http://.", shown(endpoint)))
	case !hostShape.MatchString(u.Hostname()):
		return bad(fmt.Sprintf("The endpoint is %s. It has no host, or its host has a character that is not allowed.", shown(endpoint)))
	case u.Port() != "" && !isPort(u.Port()):
		return bad("The endpoint has port " + u.Port() + ". A port is a number from 1 to 65535.")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

var hostShape = regexp.MustCompile(`^[A-Za-z0-9._:%-]+$`)

func connections(cfg Config) *http.Transport {
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.Insecure} //nolint:gosec // asked for by the user
	if cfg.ClientCertificate != nil {
		tlsConfig.Certificates = []tls.Certificate{*cfg.ClientCertificate}
	}
	proxy := http.ProxyFromEnvironment
	if cfg.Proxy != nil {
		proxy = func(req *http.Request) (*url.URL, error) { return cfg.Proxy(req.URL) }
	}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           dialCounted,
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
