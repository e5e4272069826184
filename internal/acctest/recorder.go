package acctest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"slices"
	"sync"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// recorder records the secrets that the API issued, the calls of the test itself, and the simulator's log.
type recorder struct {
	mu       sync.Mutex
	secrets  []string
	byHand   map[string]bool // request ids of the calls of the test itself
	log      bytes.Buffer
	onCall   func(action string) // see OnCall
	onAnswer func(action string) // see OnAnswer
}

// Write adds a line to the simulator's log.
func (r *recorder) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(line)
}

// listen makes the simulator log to the recorder, with every detail.
func (r *recorder) listen(o *simulator.Options) {
	o.Explain = true
	o.Log = slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

var (
	// secretSent matches the secret in an answer to CreateAccessKey. Faults cut answers anywhere, so that it also matches the first
	// half of a secret, which is too long to occur by chance.
	secretSent = regexp.MustCompile(`"SecretKey":"([A-Z0-9]{20,40})`)
	requestID  = regexp.MustCompile(`"RequestId":"([^"]+)"`)
)

// record records the secret of an answer to CreateAccessKey, and the request id of a call of the test itself. It gets the secret
// from the answer, so that it does not depend on other outputs of the simulator.
func (r *recorder) record(action string, byHand bool, answer []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if found := secretSent.FindSubmatch(answer); found != nil && action == "CreateAccessKey" {
		r.secrets = append(r.secrets, string(found[1]))
	}
	if found := requestID.FindSubmatch(answer); found != nil && byHand {
		r.byHand[string(found[1])] = true
	}
}

// serve serves the simulator's API at another address and records the answers.
func (r *recorder) serve(t testing.TB, sim *simulator.Simulator, byHand bool) (url string) {
	api := sim.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		copied := &copying{ResponseWriter: w}
		r.pass(api, copied, req, byHand)
		// If a fault closed the connection, the handler has panicked or hijacked it. Flush sends a small answer now: otherwise net/http
		// sends it after the handler returns.
		if !copied.torn && http.NewResponseController(w).Flush() == nil {
			r.call(&r.onAnswer, path.Base(req.URL.Path))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// pass passes a call to the API, records the answer, and calls onCall before the answer is sent.
func (r *recorder) pass(api http.Handler, copied *copying, req *http.Request, byHand bool) {
	action := path.Base(req.URL.Path)
	defer r.call(&r.onCall, action)
	if copied.keeps = byHand || action == "CreateAccessKey"; copied.keeps {
		defer func() { r.record(action, byHand, copied.answer.Bytes()) }()
	}
	api.ServeHTTP(copied, req)
}

// call calls one of the functions, if it is set.
func (r *recorder) call(function *func(action string), action string) {
	r.mu.Lock()
	fn := *function
	r.mu.Unlock()
	if fn != nil {
		fn(action)
	}
}

// OnCall sets a function that is called for every call, after the API has executed it and before the answer is sent. nil removes it.
// The function runs concurrently, as calls do. With it a test can, for example, kill a process at that moment of a run.
func (a *Account) OnCall(fn func(action string)) {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	a.recorder.onCall = fn
}

// OnAnswer sets a function that is called after each complete answer was sent. nil removes it. With it a test can, for example, kill
// a process while it processes the answer.
func (a *Account) OnAnswer(fn func(action string)) {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	a.recorder.onAnswer = fn
}

// copying keeps a copy of the answer if keeps is set. torn means that the connection was hijacked.
type copying struct {
	http.ResponseWriter
	keeps, torn bool
	answer      bytes.Buffer
}

// Unwrap gives faults access to the connection.
func (c *copying) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Hijack hijacks the connection. The handler can send nothing after that.
func (c *copying) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c.torn = true
	return http.NewResponseController(c.ResponseWriter).Hijack()
}

func (c *copying) Write(part []byte) (int, error) {
	if c.keeps {
		c.answer.Write(part)
	}
	return c.ResponseWriter.Write(part)
}

// Issued returns the secrets of all access keys that were created in this account, in order, including those of deleted keys. It does not
// have the secret of the root access key.
func (a *Account) Issued() []string {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	return slices.Clone(a.recorder.secrets)
}

// expectNoSecretInSimulator fails the test if the simulator revealed a secret in its log, in its record of calls, or in an answer of
// the admin port.
func (a *Account) expectNoSecretInSimulator(secrets []string) {
	a.t.Helper()
	a.recorder.mu.Lock()
	log := bytes.Clone(a.recorder.log.Bytes())
	a.recorder.mu.Unlock()
	a.absent("the simulator's log", log, secrets)
	for _, call := range a.Simulator.Requests() {
		a.absent("the simulator's record of "+call.Action, call.Body, secrets)
	}
	for _, path := range []string{"state", "requests", "requests/stats", "faults", "clock"} {
		a.absent("the admin port's answer to "+path, a.admin(path), secrets)
	}
}

// admin returns an answer of the admin port.
func (a *Account) admin(path string) []byte {
	a.t.Helper()
	answer, err := http.Get(a.AdminURL + "/" + path)
	a.NoError(err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		a.NoError(fmt.Errorf("the admin port answered %s with %s", path, answer.Status))
	}
	body, err := io.ReadAll(answer.Body)
	a.NoError(err)
	return body
}

// absent fails the test if one of the secrets is in the text. It does not end the test, so that a test reports every place.
func (a *Account) absent(where string, text []byte, secrets []string) {
	a.t.Helper()
	if err := Absent(where, text, secrets...); err != nil {
		a.t.Error(err)
	}
}
