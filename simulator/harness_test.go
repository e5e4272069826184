package simulator

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describetest"
)

const (
	rootKey      = "ROOTROOTROOTROOTROOT"
	rootSecret   = "SECRETSECRETSECRETSECRETSECRETSECRETSECR"
	rootPassword = "a pass:word"
)

// epoch is the time at which the clock of a test starts.
var epoch = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// manualClock is a clock that moves only by calls of move.
type manualClock struct {
	lock sync.Mutex
	at   time.Time
}

func (c *manualClock) now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.at
}

func (c *manualClock) move(by time.Duration) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.at = c.at.Add(by)
}

// harness is a simulator with a manual clock and a log that the test can read.
type harness struct {
	*Simulator
	t     *testing.T
	clock *manualClock
	// validator validates every answer against the official API description.
	validator *describetest.Validator
	log       *bytes.Buffer
	keyID     string
	// keyID and secret are the access key of the caller.
	secret string
}

func newHarness(t *testing.T, change ...func(*Options)) *harness {
	t.Helper()
	r := &harness{t: t, clock: &manualClock{at: epoch}, log: &bytes.Buffer{}, keyID: rootKey, secret: rootSecret}
	opts := Options{
		RootAccessKey: rootKey, RootSecretKey: rootSecret, AccountPassword: rootPassword, Seed: 7, Now: r.clock.now,
		Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, one := range change {
		one(&opts)
	}
	sim, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	if r.validator, err = describetest.New(); err != nil {
		t.Fatal(err)
	}
	r.Simulator = sim
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// as returns the same harness with another access key.
func (r *harness) as(key map[string]any) *harness {
	other := *r
	other.keyID, other.secret = key["AccessKeyId"].(string), key["SecretKey"].(string)
	return &other
}

// reply is an answer of the API.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	body   map[string]any
}

// call signs and sends one call; body is JSON text.
func (r *harness) call(action, body string, args ...any) reply {
	r.t.Helper()
	if len(args) > 0 {
		body = fmt.Sprintf(body, args...)
	}
	return r.send(r.signed(action, body))
}

// must is call, but fails the test if the call fails. It returns the members of the answer.
func (r *harness) must(action, body string, args ...any) map[string]any {
	r.t.Helper()
	got := r.call(action, body, args...)
	if got.status != http.StatusOK {
		r.t.Fatalf("%s %s: %d %v", action, fmt.Sprintf(body, args...), got.status, got.body)
	}
	return got.body
}

func (r *harness) createKey(body string, args ...any) map[string]any {
	r.t.Helper()
	return r.must("CreateAccessKey", body, args...)["AccessKey"].(map[string]any)
}

func (r *harness) createUser(name string) map[string]any {
	r.t.Helper()
	return r.must("CreateUser", `{"UserName":%q}`, name)["User"].(map[string]any)
}

// keys returns the keys in the answer of ReadAccessKeys.
func (r *harness) keys(body string, args ...any) []map[string]any {
	r.t.Helper()
	return objects(r.must("ReadAccessKeys", body, args...)["AccessKeys"])
}

func objects(list any) []map[string]any {
	out := []map[string]any{}
	for _, item := range list.([]any) {
		out = append(out, item.(map[string]any))
	}
	return out
}

func (r *harness) send(request *http.Request) reply {
	r.t.Helper()
	recorder := httptest.NewRecorder()
	r.validator.Handler(r.t, r.Handler()).ServeHTTP(recorder, request)
	got := reply{t: r.t, status: recorder.Code, header: recorder.Header()}
	if err := json.Unmarshal(recorder.Body.Bytes(), &got.body); err != nil {
		r.t.Fatalf("answer %q: %v", recorder.Body, err)
	}
	return got
}

// refused checks the error of an answer: its status, code and type.
func (got reply) refused(status int, code, kind string) {
	got.t.Helper()
	list, _ := got.body["Errors"].([]any)
	if len(list) != 1 {
		got.t.Errorf("status %d without one error: %v", got.status, got.body)
		return
	}
	problem := list[0].(map[string]any)
	if got.status != status || problem["Code"] != code || problem["Type"] != kind {
		got.t.Errorf("got %d %v; want %d, code %s, type %s", got.status, problem, status, code, kind)
	}
}

func (got reply) details() string {
	list, _ := got.body["Errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	return list[0].(map[string]any)["Details"].(string)
}

// lastReason returns the reason of the last refusal, from the record of calls.
func (r *harness) lastReason() string {
	all := r.Requests()
	return all[len(all)-1].Reason
}

// requestSigner signs a request. A test changes its fields to make the signature wrong.
type requestSigner struct {
	algorithm, prefix, terminator   string
	dateHeader, timestamp           string
	keyID, secret                   string
	day, region, service            string
	headers                         []string
	hashedBody                      string
	signatureOf                     func(string) string
	authorization                   func(string) string
	method, path, host, contentType string
	// query is sent; signedPath, signedQuery and signedHost are signed in place of path, "" and host, if not "".
	query, signedPath, signedQuery, signedHost string
	// extra are further headers that are sent, signedValues what is signed in their place.
	extra        http.Header
	signedValues map[string]string
}

func (r *harness) signer(action, body string) *requestSigner {
	at := r.clock.now().UTC().Format("20060102T150405Z")
	return &requestSigner{
		algorithm: "OSC4-HMAC-SHA256", prefix: "OSC4", terminator: "osc4_request", dateHeader: "X-Osc-Date", timestamp: at,
		keyID: r.keyID, secret: r.secret, day: at[:8], region: "eu-west-2", service: "api",
		headers: []string{"content-type", "host", "x-osc-date"}, hashedBody: body,
		signatureOf: func(s string) string { return s }, authorization: func(s string) string { return s },
		method: http.MethodPost, path: "/api/v1/" + action, host: "sim.test:3000", contentType: "application/json",
	}
}

// request signs without using the code of the simulator, so that signer and verifier are independent.
func (k *requestSigner) request(body string) *http.Request {
	r := httptest.NewRequest(k.method, "http://"+k.host+k.path, strings.NewReader(body))
	r.URL.RawQuery = k.query
	for name, values := range k.extra {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", k.contentType)
	r.Header.Set(k.dateHeader, k.timestamp)
	canonical := k.method + "\n" + cmp.Or(k.signedPath, k.path) + "\n" + k.signedQuery + "\n"
	for _, name := range k.headers {
		value, replaced := k.signedValues[name]
		if !replaced {
			value = r.Header.Get(name)
		}
		if name == "host" {
			value = cmp.Or(k.signedHost, k.host)
		}
		canonical += name + ":" + value + "\n"
	}
	names := strings.Join(k.headers, ";")
	canonical += "\n" + names + "\n" + hexHash(k.hashedBody)
	scope := k.day + "/" + k.region + "/" + k.service + "/" + k.terminator
	toSign := k.algorithm + "\n" + k.timestamp + "\n" + scope + "\n" + hexHash(canonical)
	key := []byte(k.prefix + k.secret)
	for _, part := range []string{k.day, k.region, k.service, k.terminator, toSign} {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(part))
		key = h.Sum(nil)
	}
	r.Header.Set("Authorization", k.authorization(fmt.Sprintf("%s Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		k.algorithm, k.keyID, scope, names, k.signatureOf(hex.EncodeToString(key)))))
	return r
}

// serveRaw sends a request without validation.
func serveRaw(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	return recorder
}

func hexHash(text string) string {
	hash := sha256.Sum256([]byte(text))
	return hex.EncodeToString(hash[:])
}

func (r *harness) signed(action, body string) *http.Request {
	return r.signer(action, body).request(body)
}

func basicRequest(action, body, login, password string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://sim.test/api/v1/"+action, strings.NewReader(body))
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(login+":"+password)))
	return r
}
