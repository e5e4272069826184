package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/limit"
)

var testKey = Credential{AccessKeyID: "ABCDEFGHIJ0123456789", SecretKey: "0123456789ABCDEFGHIJ0123456789ABCDEFGHIJ"}

// line is one log line.
type line struct {
	level  Level
	msg    string
	fields map[string]any
}

// rig is a client with a server that answers from a script. Its waits end at once and are recorded.
type rig struct {
	*Client
	server *httptest.Server

	mu     sync.Mutex
	bodies []string
	heads  []http.Header
	slept  []time.Duration
	lines  []line
}

// reply is one scripted answer. A status of 0 closes the connection after reading the request.
type reply struct {
	status int
	body   string
	header map[string]string

	// Only for fakeAPI:
	after     time.Duration // how long it takes
	cut, torn bool          // it is lost before its status, or after
	refuses   bool          // the API counts a refusal, whatever the client receives
}

// newRig serves script in order, and repeats the last answer.
func newRig(t *testing.T, script ...reply) *rig {
	t.Helper()
	r := &rig{}
	return r.serve(t, func(w http.ResponseWriter, _ *http.Request, n int) {
		script[min(n, len(script))-1].write(w)
	})
}

func (a reply) write(w http.ResponseWriter) {
	if a.status == 0 {
		panic(http.ErrAbortHandler)
	}
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func (r *rig) serve(t *testing.T, handle func(w http.ResponseWriter, req *http.Request, n int)) *rig {
	t.Helper()
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.bodies, r.heads = append(r.bodies, string(body)), append(r.heads, req.Header.Clone())
		n := len(r.bodies)
		r.mu.Unlock()
		handle(w, req, n)
	}))
	t.Cleanup(r.server.Close)
	r.Client = r.client(t, Config{Endpoint: r.server.URL + "/api/v1", Region: "eu-west-2", Credential: testKey, UserAgent: "test/1"})
	t.Cleanup(r.CloseIdleConnections)
	return r
}

func (r *rig) client(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.Log = func(_ context.Context, level Level, msg string, fields map[string]any) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.lines = append(r.lines, line{level, msg, fields})
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.sleep = func(ctx context.Context, d time.Duration) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.slept = append(r.slept, d)
		return ctx.Err()
	}
	// The limiter has a clock of its own, which its waits advance.
	var mu sync.Mutex
	at := time.Now()
	now := func() time.Time { mu.Lock(); defer mu.Unlock(); return at }
	c.limit = limit.New(0, now, func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(d)
		return nil
	})
	return c
}

func (r *rig) sent() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.bodies)
}

// logged returns the whole log as one text.
func (r *rig) logged() string {
	var b strings.Builder
	for _, l := range r.lines {
		fmt.Fprintf(&b, "%d %s %v\n", l.level, l.msg, l.fields)
	}
	return b.String()
}

func problem(status int, code, details string) reply {
	return reply{status: status, body: fmt.Sprintf(
		`{"Errors":[{"Details":%q,"Type":"AccessDenied","Code":%q}],"ResponseContext":{"RequestId":"2d3016ea"}}`, details, code)}
}

// ok is a success in the API's form: body, a JSON object, to which it adds a request id.
func ok(body string) reply {
	if rest, found := strings.CutSuffix(body, "}"); found && !strings.Contains(body, "ResponseContext") {
		if rest != "{" {
			rest += ","
		}
		body = rest + `"ResponseContext":{"RequestId":"r"}}`
	}
	return reply{status: 200, body: body}
}

const (
	keysBody = `{"AccessKeys":[],"ResponseContext":{"RequestId":"r"}}`
	keyBody  = `{"AccessKey":{"State":"ACTIVE","AccessKeyId":"NEWKEY","SecretKey":"the-new-secret","CreationDate":"2010-10-01T12:34:56.789+0000",` +
		`"LastModificationDate":"2010-10-01T12:34:56.789+0000","ExpirationDate":"2063-04-05T00:00:00.000+0000","Tag":"Group1"},"ResponseContext":{"RequestId":"r"}}`
)

// actions has calls that may be repeated and calls that are sent once.
var actions = map[string]func(*Client, context.Context) error{
	"CreateAccessKey": func(c *Client, ctx context.Context) error {
		_, err := c.CreateAccessKey(ctx, CreateAccessKeyInput{})
		return err
	},
	"ReadAccessKeys": func(c *Client, ctx context.Context) error {
		_, err := c.ReadAccessKeys(ctx, ReadAccessKeysInput{})
		return err
	},
	"DeleteAccessKey": func(c *Client, ctx context.Context) error { return c.DeleteAccessKey(ctx, "", "NEWKEY") },
	"UpdateAccessKey": func(c *Client, ctx context.Context) error {
		_, err := c.UpdateAccessKey(ctx, UpdateAccessKeyInput{ID: "NEWKEY", State: "ACTIVE"})
		return err
	},
	"CreateUser": func(c *Client, ctx context.Context) error {
		_, err := c.CreateUser(ctx, CreateUserInput{UserName: "bob"})
		return err
	},
	"UpdateUser": func(c *Client, ctx context.Context) error {
		_, err := c.UpdateUser(ctx, UpdateUserInput{UserName: "bob", NewUserName: "robert"})
		return err
	},
}

var sentOnce = map[string]bool{"CreateAccessKey": true, "CreateUser": true, "UpdateUser": true}
