// Package api is the client of the OUTSCALE API: the official SDK's types and signature on a transport of its own.
//
// Every call is admitted (lock-out guard in auth, circuit breaker in breaker, rate in limit), sent, and its answer
// classified in one place (answer.go); that class decides about a retry (retry.go). What is logged is redacted.
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
	"strings"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/breaker"
	"github.com/outscale-access/terraform-provider-outscale/internal/api/limit"
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

// GoString is String, so that no formatting verb shows the secret.
func (c Credential) GoString() string { return c.String() }

// Config configures a Client. Resolve fills Endpoint, Region, Credential, ClientCertificate and Insecure.
type Config struct {
	Endpoint          string // base URL with path, e.g. https://api.eu-west-2.outscale.com/api/v1
	Region            string // the region in the signature's scope
	Credential        Credential
	ClientCertificate *tls.Certificate // for accounts whose access rules require one; nil = none
	Insecure          bool             // do not verify the server's certificate
	RequestsPerSecond float64          // 0 = no limit; at least limit.Slowest otherwise
	UserAgent         string
	// RefusalFolder is a folder of this user in which a refused credential is remembered for a minute, by a hash, so that
	// another process does not have it refused again; "" = it is remembered in this process only.
	RefusalFolder string
	Proxy         func(*url.URL) (*url.URL, error) // nil = that of the process's environment
	Warnings      []Warning                        // of Resolve; New does not look at them
	Log           Log                              // nil = silent
	Now           func() time.Time                 // the machine's clock; nil = time.Now
}

// Client speaks to one endpoint with one credential. It is safe for concurrent use.
type Client struct {
	config      Config // without the credential
	endpoint    string
	keyID       string
	userAgent   string
	http        *http.Client
	connections *http.Transport
	sign        signer
	limit       *limit.Limiter
	admission   *admission
	memory      *auth.Memory
	timeouts    timeouts
	redact      redactor
	log         Log
	now         func() time.Time // the machine's clock: for how long something takes
	clock       *clock           // the API's: for signatures and dates
	sleep       func(context.Context, time.Duration) error
	random      func() float64
	known       atomic.Bool // the API itself has answered
	answered    answered    // the calls of this process, for CallerAddress
	certificate *tls.Certificate
}

// New checks cfg and returns a client. It makes no call. Errors are *ConfigError.
func New(cfg Config) (*Client, error) {
	endpoint, err := checkEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	if rate := cfg.RequestsPerSecond; !(rate == 0 || rate >= limit.Slowest) || math.IsInf(rate, 1) {
		return nil, &ConfigError{
			Summary: "Rate not usable", Attribute: "requests_per_second",
			Detail: fmt.Sprintf("The requests per second are %v. They can be 0, which is no limit, or %v and more.", rate, limit.Slowest),
		}
	}
	sign, err := signing(cfg)
	if err != nil {
		return nil, err
	}
	c := &Client{
		endpoint: endpoint, keyID: cfg.Credential.AccessKeyID, userAgent: cfg.UserAgent, sign: sign,
		timeouts: defaultTimeouts, redact: newRedactor(cfg.Credential),
		log: cfg.Log, now: cfg.Now, sleep: sleep, random: rand.Float64, certificate: cfg.ClientCertificate,
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
	c.memory = auth.NewMemory(cfg.RefusalFolder, endpoint, cred.AccessKeyID+cred.Login, cred.SecretKey+cred.Password, cred.Login != "")
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
func (c *Client) Accepted() bool { return c.admission.accepted() }

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
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return bad("The endpoint must end with its path: it has a query or a fragment, which may be secret and is not shown.")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad(fmt.Sprintf("The endpoint is %s, and does not begin with https:// or http://.", shown(endpoint)))
	case !hostShape.MatchString(u.Hostname()):
		return bad(fmt.Sprintf("The endpoint is %s, and has no host, or one with a character that no host has.", shown(endpoint)))
	}
	return strings.TrimRight(u.String(), "/"), nil
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
