package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Gate is a proxy between the provider and the API. It can hold calls of an action while a test does something else, and it
// records the secrets that the API issues.
type Gate struct {
	mu   sync.Mutex
	held map[string]*Held // by "request " or "answer " and the action
	keys []api.Credential
}

// Held is an action whose calls a gate holds.
type Held struct {
	arrived, release, left chan struct{}
	arrive, let, leave     sync.Once
	first                  Call // set before arrived is closed
}

// Call has the key and the user of a call at a gate.
type Call struct {
	AccessKeyID string `json:"AccessKeyId"`
	UserName    string
}

// First returns the call that arrived first. Call it after Await or Arrived.
func (h *Held) First() Call { return h.first }

// inContext is the context key of the Call of a request.
type inContext struct{}

// Arrived returns a channel that is closed when the first call arrives.
func (h *Held) Arrived() <-chan struct{} { return h.arrived }

// Release lets the held calls and all later ones pass.
func (h *Held) Release() { h.let.Do(func() { close(h.release) }) }

// Await waits until a call is held.
func (h *Held) Await(t testing.TB) {
	t.Helper()
	select {
	case <-h.arrived:
	case <-time.After(patience):
		t.Fatalf("no call was held in %s", patience)
	}
}

// AwaitClosed waits until the sender of a held call closes its connection. The gate then drops the call.
func (h *Held) AwaitClosed(t testing.TB) {
	t.Helper()
	select {
	case <-h.left:
	case <-time.After(patience):
		t.Fatalf("the sender of the held call did not close its connection in %s", patience)
	}
}

// Gate starts a gate before the account's API. Providers that start after that use it.
func (a *Account) Gate() *Gate {
	a.t.Helper()
	target, err := url.Parse(a.Endpoint)
	a.NoError(err)
	g := &Gate{held: map[string]*Held{}}
	proxy := &httputil.ReverseProxy{
		// The host must stay the signed one.
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
			r.Out.Host = r.In.Host
		},
		ModifyResponse: g.answer,
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client closed the connection
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		var call Call
		_ = json.Unmarshal(body, &call) // a body in another form has neither
		r = r.WithContext(context.WithValue(r.Context(), inContext{}, call))
		g.pass(r, "request ", call)
		proxy.ServeHTTP(rw, r)
	}))
	a.t.Cleanup(func() {
		for _, held := range g.held {
			held.Release()
		}
		server.CloseClientConnections()
		server.Close()
	})
	a.Env("OSC_ENDPOINT_API", server.URL+target.Path)
	return g
}

// HoldRequest holds the calls of an action before they reach the API.
func (g *Gate) HoldRequest(action string) *Held { return g.hold("request " + action) }

// HoldAnswer holds the answers to the calls of an action, which the API has executed.
func (g *Gate) HoldAnswer(action string) *Held { return g.hold("answer " + action) }

func (g *Gate) hold(what string) *Held {
	g.mu.Lock()
	defer g.mu.Unlock()
	held := &Held{arrived: make(chan struct{}), release: make(chan struct{}), left: make(chan struct{})}
	g.held[what] = held
	return held
}

func (g *Gate) pass(r *http.Request, direction string, call Call) {
	g.mu.Lock()
	held := g.held[direction+path.Base(r.URL.Path)]
	g.mu.Unlock()
	if held == nil {
		return
	}
	held.arrive.Do(func() {
		held.first = call
		close(held.arrived)
	})
	select {
	case <-held.release:
	case <-r.Context().Done():
		held.leave.Do(func() { close(held.left) })
	}
}

func (g *Gate) answer(resp *http.Response) error {
	call, _ := resp.Request.Context().Value(inContext{}).(Call)
	if path.Base(resp.Request.URL.Path) == "CreateAccessKey" && resp.StatusCode == http.StatusOK {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		var created struct {
			AccessKey struct {
				AccessKeyID string `json:"AccessKeyId"`
				SecretKey   string
			}
		}
		// An answer that a fault changed is passed on unchanged: it has no key.
		if json.Unmarshal(body, &created) == nil {
			g.mu.Lock()
			g.keys = append(g.keys, api.Credential{AccessKeyID: created.AccessKey.AccessKeyID, SecretKey: created.AccessKey.SecretKey})
			g.mu.Unlock()
			call.AccessKeyID = created.AccessKey.AccessKeyID
		}
	}
	g.pass(resp.Request, "answer ", call)
	return nil
}

// Keys returns the keys that the API issued through the gate, with their secrets.
func (g *Gate) Keys() []api.Credential {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.keys)
}
