package api

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// newTLSServer is a TLS server that logs nothing about refused clients.
func newTLSServer(t *testing.T, config *tls.Config) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, keysBody) }))
	s.TLS = config
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// An obstacle between the client and the API is reported at once if waiting does not help. A request that cannot have been
// executed is never reported as one that may have been.
func TestCall_obstacles(t *testing.T) {
	plain := newRig(t, ok(keysBody))
	trusted := newTLSServer(t, &tls.Config{MinVersion: tls.VersionTLS12})
	demands := newTLSServer(t, &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert})
	proxy := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", status) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, c := range map[string]struct {
		endpoint, proxy string
		insecure        bool
		want            string
		waits, lost     bool // lost: something answered in the API's place
	}{
		"https to a plain port":   {endpoint: strings.Replace(plain.server.URL, "http:", "https:", 1), want: "HTTP response to HTTPS client"},
		"plain to an https port":  {endpoint: strings.Replace(trusted.URL, "https:", "http:", 1), want: "HTTP 400 with a body that is not the API's answer", lost: true},
		"an untrusted authority":  {endpoint: trusted.URL, want: "unknown authority"},
		"a certificate is needed": {endpoint: demands.URL, insecure: true, want: "certificate required"},
		"a proxy that is not":     {endpoint: trusted.URL, proxy: "http://127.0.0.1:1", want: "proxyconnect", waits: true},
		"a proxy with a password": {endpoint: trusted.URL, proxy: proxy(407), want: "refused to connect: HTTP status 407"},
		"a proxy that refuses":    {endpoint: trusted.URL, proxy: proxy(403), want: "refused to connect: HTTP status 403"},
		"a proxy that fails":      {endpoint: trusted.URL, proxy: proxy(502), want: "refused to connect: HTTP status 502", waits: true},
	} {
		for action, do := range actions {
			r := &rig{}
			cl := r.client(t, Config{Endpoint: c.endpoint + "/api/v1", Credential: testKey, Insecure: c.insecure})
			if c.proxy != "" {
				u, err := url.Parse(strings.Replace(c.proxy, "http://", "http://user:hush@", 1))
				if err != nil {
					t.Fatal(err)
				}
				cl.connections.Proxy = http.ProxyURL(u)
			}
			now := time.Now()
			cl.now = func() time.Time { return now }
			cl.sleep = func(_ context.Context, d time.Duration) error {
				r.slept = append(r.slept, d)
				now = now.Add(d)
				return nil
			}
			err := do(cl, context.Background())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hush") || IsLostAnswer(err) != c.lost {
				t.Errorf("%s, %s: %v", name, action, err)
			}
			if waited := len(r.slept) > 0; waited != c.waits {
				t.Errorf("%s, %s: waits %v", name, action, r.slept)
			}
			if now.After(time.Now().Add(20 * time.Second)) {
				t.Errorf("%s, %s: waited %v", name, action, r.slept)
			}
			cl.CloseIdleConnections()
		}
	}
}

type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
