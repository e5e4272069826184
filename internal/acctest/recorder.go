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

// recorder keeps the secrets that the API issued, the calls that the test made itself, and the simulator's own log.
type recorder struct {
	mu       sync.Mutex
	secrets  []string
	byHand   map[string]bool // request ids of the calls that the test made itself
	log      bytes.Buffer
	onCall   func(action string) // see OnCall
	onAnswer func(action string) // see OnAnswer
}

// Write makes the recorder the target of the simulator's log.
func (r *recorder) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.log.Write(line)
}

// listen keeps the simulator's log, at its most verbose.
func (r *recorder) listen(o *simulator.Options) {
	o.Explain = true
	o.Log = slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

var (
	// secretSent is the secret in an answer to CreateAccessKey, as far as it was sent: faults cut answers off anywhere. Half
	// of a secret is long enough to be found nowhere by chance.
	secretSent = regexp.MustCompile(`"SecretKey":"([A-Z0-9]{20,40})`)
	requestID  = regexp.MustCompile(`"RequestId":"([^"]+)"`)
)

// record keeps the secret of an answer to CreateAccessKey, and the id of a call that the test made itself. The secret is
// taken from the answer, so that the record does not depend on what the simulator says of secrets elsewhere.
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

// serve serves the simulator's API on an address of its own and records what passes.
func (r *recorder) serve(t testing.TB, sim *simulator.Simulator, byHand bool) (url string) {
	api := sim.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		copied := &copying{ResponseWriter: w}
		r.pass(api, copied, req, byHand)
		// What was cut off has ended the handler by now, or taken the connection away. A small answer is still here: net/http
		// sends it when its handler has returned, or now.
		if !copied.torn && http.NewResponseController(w).Flush() == nil {
			r.call(&r.onAnswer, path.Base(req.URL.Path))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// pass lets the API answer, records the answer, and calls onCall before the answer leaves.
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

// OnCall has fn called for every call after the API has executed it and before the answer leaves; nil ends that. Calls
// are concurrent, and so is fn. What fn does to a process is done at that very moment of a run.
func (a *Account) OnCall(fn func(action string)) {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	a.recorder.onCall = fn
}

// OnAnswer has fn called for every answer that has left, whole, for its client; nil ends that. What fn does to a process is
// done while the client processes the answer.
func (a *Account) OnAnswer(fn func(action string)) {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	a.recorder.onAnswer = fn
}

// copying keeps what goes through it, if it is to, and notes when the connection is taken away.
type copying struct {
	http.ResponseWriter
	keeps, torn bool
	answer      bytes.Buffer
}

// Unwrap lets a fault reach the connection.
func (c *copying) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Hijack gives the connection away: nothing can be sent by the handler after that.
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

// Issued are the secrets of all access keys that were created in this account, in their order, whether the keys still
// exist or not. The root key's is not among them.
func (a *Account) Issued() []string {
	a.recorder.mu.Lock()
	defer a.recorder.mu.Unlock()
	return slices.Clone(a.recorder.secrets)
}

// simulatorRevealsNothing fails the test when the simulator revealed a secret anywhere but in the answer to its creation:
// in its log, its record of calls, or one of the admin port's answers.
func (a *Account) simulatorRevealsNothing(secrets []string) {
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

// admin is an answer of the admin port.
func (a *Account) admin(path string) []byte {
	a.t.Helper()
	answer, err := http.Get(a.AdminURL + "/" + path)
	a.NoError(err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		a.NoError(fmt.Errorf("the admin port answers %s with %s", path, answer.Status))
	}
	body, err := io.ReadAll(answer.Body)
	a.NoError(err)
	return body
}

// absent is Absent as a failure that does not end the test: all places are of interest.
func (a *Account) absent(where string, text []byte, secrets []string) {
	a.t.Helper()
	if err := Absent(where, text, secrets...); err != nil {
		a.t.Error(err)
	}
}
