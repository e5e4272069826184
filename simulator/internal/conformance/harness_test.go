package conformance

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describetest"
)

const (
	rootID       = "ROOTKEYROOTKEYROOT01"
	rootSecret   = "SECRETSECRETSECRETSECRETSECRETSECRET0001"
	rootPassword = "the password of the account"
	rootEmail    = "account@example.com"
)

// clock is a clock that moves only by Advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// server is a simulator on two real ports. Every answer is validated against the official description.
type server struct {
	t         testing.TB
	sim       *simulator.Simulator
	clock     *clock
	validator *describetest.Validator
	api       string // http://127.0.0.1:port/api/v1
	admin     string
	client    *http.Client // for the API
}

// adminClient is for admin ports, whose answers are not validated.
var adminClient = &http.Client{Transport: &http.Transport{}}

// start starts a simulator with a manual clock, for callers that sign with it, such as server.root.
func start(t testing.TB, change ...func(*simulator.Options)) *server {
	t.Helper()
	still := newClock()
	s := run(t, append([]func(*simulator.Options){func(o *simulator.Options) { o.Now = still.Now }}, change...)...)
	s.clock = still
	return s
}

// run starts a simulator on the real clock, for clients that sign with it.
func run(t testing.TB, change ...func(*simulator.Options)) *server {
	t.Helper()
	options := simulator.Options{
		RootAccessKey: rootID, RootSecretKey: rootSecret, AccountEmail: rootEmail, AccountPassword: rootPassword, Seed: 1,
	}
	var log logged
	options.Log = log.logger()
	for _, f := range change {
		f(&options)
	}
	sim, err := simulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	validator, err := describetest.New()
	if err != nil {
		t.Fatal(err)
	}
	api := httptest.NewServer(validator.Handler(t, sim.Handler()))
	admin := httptest.NewServer(sim.AdminHandler())
	t.Cleanup(func() {
		api.Close()
		admin.Close()
		if err := sim.Close(); err != nil {
			t.Errorf("closing the simulator: %v", err)
		}
		log.check(t)
	})
	return &server{t: t, sim: sim, validator: validator, api: api.URL + "/api/v1", admin: admin.URL, client: &http.Client{Transport: &http.Transport{}}}
}

// caller signs calls with one access key.
type caller struct {
	server     *server
	family     family
	id, secret string
	now        func() time.Time
}

func (s *server) as(id, secret string) caller {
	now := time.Now
	if s.clock != nil {
		now = s.clock.Now
	}
	return caller{server: s, family: osc4, id: id, secret: secret, now: now}
}

func (s *server) root() caller { return s.as(rootID, rootSecret) }

// answer is an answer of the API.
type answer struct {
	status int
	body   map[string]any
}

// code returns the status and the code of the first error, such as "409/9002", or the status if there is no error.
func (a answer) code() string {
	if problems, ok := a.body["Errors"].([]any); ok && len(problems) > 0 {
		return fmt.Sprintf("%d/%v", a.status, problems[0].(map[string]any)["Code"])
	}
	return fmt.Sprint(a.status)
}

// at returns the string at a path of names, or "" if there is none.
func (a answer) at(path ...string) string {
	var value any = a.body
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return ""
		}
		value = object[name]
	}
	text, _ := value.(string)
	return text
}

func (a answer) list(name string) []any {
	items, _ := a.body[name].([]any)
	return items
}

// request makes a signed request that is not sent yet.
func (c caller) request(action, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, c.server.api+"/"+action, strings.NewReader(body))
	if err != nil {
		c.server.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	c.family.sign(r, []byte(body), c.id, c.secret, c.now())
	return r
}

// call calls an action and returns the answer.
func (c caller) call(action, body string) answer {
	c.server.t.Helper()
	return c.server.send(c.request(action, body))
}

// must is call, but ends the test with a failure if the call fails.
func (c caller) must(action, body string) answer {
	c.server.t.Helper()
	got := c.call(action, body)
	if got.status != http.StatusOK {
		c.server.t.Fatalf("%s: %s %v", action, got.code(), got.body["Errors"])
	}
	return got
}

func (s *server) send(r *http.Request) answer {
	s.t.Helper()
	got, err := s.try(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// try sends a request to a server that may end before it answers.
func (s *server) try(r *http.Request) (answer, error) {
	response, err := s.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, err
	}
	got := answer{status: response.StatusCode}
	if err := json.Unmarshal(text, &got.body); err != nil {
		return answer{}, fmt.Errorf("%s: %s: %w", r.URL, response.Status, err)
	}
	return got, nil
}

// ask calls the admin port and decodes the answer into out, if any.
func (s *server) ask(method, path, body string, out any) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.admin+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	response, err := adminClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		s.t.Fatal(err)
	}
	if response.StatusCode/100 != 2 {
		s.t.Fatalf("%s %s: %s: %s", method, path, response.Status, bytes.TrimSpace(text))
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// state has the members of GET /state that the tests use.
type state struct {
	Users []struct {
		UserID   string `json:"UserId"`
		UserName string
	} `json:"users"`
	AccessKeys []shownKey `json:"access_keys"`
}

type shownKey struct {
	AccessKeyID    string `json:"AccessKeyId"`
	UserName       string
	State          string
	ExpirationDate *time.Time
	Tag            *string
	SecretSHA256   string
}

// key returns a key of the state, or nil if there is none.
func (s state) key(id string) *shownKey {
	for i := range s.AccessKeys {
		if s.AccessKeys[i].AccessKeyID == id {
			return &s.AccessKeys[i]
		}
	}
	return nil
}

func (s *server) state() state {
	s.t.Helper()
	var got state
	s.ask(http.MethodGet, "/state", "", &got)
	return got
}

// hash returns a secret as the admin port shows it.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
