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
	"strings"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// ledger is what a world knows of secrets: those that its API gave out, and what the simulator wrote to its own log.
type ledger struct {
	mu      sync.Mutex
	secrets []string
	log     bytes.Buffer
	called  func(action string) // told of every call, see OnCall
	left    func(action string) // told of every answer, see OnAnswer
}

// Write makes the ledger the target of the simulator's log.
func (l *ledger) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(line)
}

// listen keeps the simulator's log, with all that it can say.
func (l *ledger) listen(o *simulator.Options) {
	o.Explain = true
	o.Log = slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// secretSent is the secret in an answer to CreateAccessKey, as far as it was sent: faults cut answers off anywhere. Half
// of a secret is long enough to be found nowhere by chance.
var secretSent = regexp.MustCompile(`"SecretKey":"([A-Z0-9]{20,40})`)

// note keeps the secret of an answer to CreateAccessKey. It does not depend on anything that the simulator says of
// secrets elsewhere: the answer is where they come from.
func (l *ledger) note(answer []byte) {
	if found := secretSent.FindSubmatch(answer); found != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.secrets = append(l.secrets, string(found[1]))
	}
}

// serve is the simulator's API on an address of its own, with a clerk who notes the secrets that go out.
func (l *ledger) serve(sim *simulator.Simulator) *httptest.Server {
	api := sim.Handler()
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		copied := &copying{ResponseWriter: w}
		l.pass(api, copied, r)
		// What was cut off has ended the handler by now, or taken the connection away. A small answer is still here: net/http
		// sends it when its handler has returned, or now.
		if !copied.torn && http.NewResponseController(w).Flush() == nil {
			l.tell(&l.left, path.Base(r.URL.Path))
		}
	}))
}

// pass lets the API answer, keeps the secret of the answer, and tells of the call before the answer leaves.
func (l *ledger) pass(api http.Handler, copied *copying, r *http.Request) {
	defer l.tell(&l.called, path.Base(r.URL.Path))
	if copied.keeps = strings.HasSuffix(r.URL.Path, "/CreateAccessKey"); copied.keeps {
		defer func() { l.note(copied.answer.Bytes()) }()
	}
	api.ServeHTTP(copied, r)
}

// tell tells whoever wants to know.
func (l *ledger) tell(whom *func(action string), action string) {
	l.mu.Lock()
	fn := *whom
	l.mu.Unlock()
	if fn != nil {
		fn(action)
	}
}

// OnCall has fn told of every call after the API has dealt with it and before the answer leaves; nil ends that. Calls
// come at the same time, and so does fn. What fn does with a process is done at that very moment of a run.
func (w *World) OnCall(fn func(action string)) {
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	w.ledger.called = fn
}

// OnAnswer has fn told of every answer that has left, whole, for its client; nil ends that. What fn does with a process is
// done while the client makes something of the answer.
func (w *World) OnAnswer(fn func(action string)) {
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	w.ledger.left = fn
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

// Issued are the secrets of all keys that were created in this world, in their order, whether the keys still exist or
// not. The root key's is not among them.
func (w *World) Issued() []string {
	w.ledger.mu.Lock()
	defer w.ledger.mu.Unlock()
	return slices.Clone(w.ledger.secrets)
}

// simulatorTellsNothing fails the test when the simulator said a secret anywhere but in the answer to its creation: in
// its log, its record of calls, or one of the admin port's answers.
func (w *World) simulatorTellsNothing(secrets []string) {
	w.t.Helper()
	w.ledger.mu.Lock()
	log := bytes.Clone(w.ledger.log.Bytes())
	w.ledger.mu.Unlock()
	w.absent("the simulator's log", log, secrets)
	for _, call := range w.Simulator.Requests() {
		w.absent("the simulator's record of "+call.Action, call.Body, secrets)
	}
	for _, look := range []string{"state", "requests", "requests/stats", "faults", "clock"} {
		w.absent("the admin port's answer about "+look, w.admin(look), secrets)
	}
}

// admin is an answer of the admin port.
func (w *World) admin(path string) []byte {
	w.t.Helper()
	answer, err := http.Get(w.AdminURL + "/" + path)
	w.Must(err)
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		w.Must(fmt.Errorf("the admin port answers %s with %s", path, answer.Status))
	}
	body, err := io.ReadAll(answer.Body)
	w.Must(err)
	return body
}

// absent is Absent as a failure of the test that does not end it: all places are of interest.
func (w *World) absent(where string, text []byte, secrets []string) {
	w.t.Helper()
	if err := Absent(where, text, secrets...); err != nil {
		w.t.Error(err)
	}
}
