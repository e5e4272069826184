package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// got is the answer that a client of net/http received, and the error that ended it.
type got struct {
	*http.Response
	text string
	err  error
}

// over sends a signed request to an address on a new connection.
func over(ctx context.Context, url string, request *http.Request) got {
	request = request.WithContext(ctx)
	request.RequestURI = ""
	scheme, host, _ := strings.Cut(url, "://")
	request.URL.Scheme, request.URL.Host = scheme, host
	client := &http.Client{Transport: insecure()}
	defer client.CloseIdleConnections()
	answer, err := client.Do(request)
	if err != nil {
		return got{err: err}
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	return got{answer, string(text), err}
}

// insecure accepts any certificate.
func insecure() *http.Transport {
	out := http.DefaultTransport.(*http.Transport).Clone()
	out.TLSClientConfig.InsecureSkipVerify = true
	return out
}

func (r *harness) faulty(list ...Fault) {
	r.t.Helper()
	if err := r.SetFaults(list); err != nil {
		r.t.Fatal(err)
	}
}

// last returns the fault, the result and the sent status of the last recorded call.
func (r *harness) last() string {
	r.t.Helper()
	all := r.Requests()
	if len(all) == 0 {
		return "nothing"
	}
	return fmt.Sprint(all[len(all)-1].Fault, " ", all[len(all)-1].Status, " ", all[len(all)-1].Sent)
}

func (r *harness) await(what string, reached func() bool) {
	r.t.Helper()
	for limit := time.Now().Add(patience); !reached(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			r.t.Fatalf("not reached: %s", what)
		}
	}
}

// Every kind executes the call once, and the client receives the answer of that kind.
func TestFaults_brokenAnswers(t *testing.T) {
	for _, test := range []struct {
		fault Fault
		last  string
		check func(got) bool
	}{
		{Fault{Kind: faults.StatusAfter, Status: 502}, "status_after 200 502", func(g got) bool {
			return g.err == nil && g.StatusCode == http.StatusBadGateway && strings.Contains(g.text, `"Code":"0"`) && !strings.Contains(g.text, "AccessKey")
		}},
		{Fault{Kind: faults.Reset}, "reset 200 200", func(g got) bool {
			return errors.Is(g.err, syscall.ECONNRESET) && g.Response != nil && g.StatusCode == http.StatusOK &&
				len(g.text) > 0 && int64(len(g.text)) < g.ContentLength && strings.HasPrefix(`{"AccessKey":`, g.text[:min(len(g.text), 13)])
		}},
		{Fault{Kind: faults.Truncate}, "truncate 200 200", func(g got) bool {
			return g.err == nil && g.StatusCode == http.StatusOK && g.ContentLength == int64(len(g.text)) && g.Header.Get("Content-Type") == "application/json" &&
				strings.HasPrefix(`{"AccessKey":`, g.text[:min(len(g.text), 13)]) && !json.Valid([]byte(g.text))
		}},
		{Fault{Kind: faults.Garbage}, "garbage 200 200", func(g got) bool {
			return g.err == nil && g.StatusCode == http.StatusOK && strings.HasPrefix(g.Header.Get("Content-Type"), "text/html") &&
				strings.Contains(g.text, "</html>") && !json.Valid([]byte(g.text))
		}},
		{Fault{Kind: faults.Stall, Latency: 2e7}, "stall 200 200", func(g got) bool {
			return g.err == nil && g.StatusCode == http.StatusOK && json.Valid([]byte(g.text)) && strings.Contains(g.text, "SecretKey")
		}},
	} {
		t.Run(test.fault.Kind, func(t *testing.T) {
			r := newHarness(t)
			servers := map[string]string{"start": "http://" + r.start().APIAddr}
			for name, start := range map[string]func(http.Handler) *httptest.Server{"httptest": httptest.NewServer, "tls": httptest.NewTLSServer} {
				server := start(r.Handler())
				t.Cleanup(server.Close)
				servers[name] = server.URL
			}
			keys := 1 // the root key
			for name, url := range servers {
				test.fault.Action, test.fault.Times = "CreateAccessKey", 1
				r.faulty(test.fault)
				began := time.Now()
				g := over(t.Context(), url, r.signed("CreateAccessKey", `{}`))
				if !test.check(g) || time.Since(began) < time.Duration(test.fault.Latency) {
					t.Errorf("%s: %+v, %q, %v", name, g.Response, g.text, g.err)
				}
				if keys++; len(r.State().AccessKeys) != keys || r.last() != test.last {
					t.Errorf("%s: %d keys, want %d; the record says %q, want %q", name, len(r.State().AccessKeys), keys, r.last(), test.last)
				}
				r.createKey(`{}`) // the fault is spent
				keys++
			}
		})
	}
}

// The record of calls with the other kinds of faults.
func TestRequests_sentStatus(t *testing.T) {
	r := newHarness(t)
	url := "http://" + r.start().APIAddr
	for want, fault := range map[string]Fault{
		" 200 200":         {Kind: faults.Status, Action: "ReadUsers"},
		"status 500 500":   {Kind: faults.Status},
		"throttle 429 429": {Kind: faults.Throttle},
		"drop_before 0 0":  {Kind: faults.DropBefore},
		"drop_after 200 0": {Kind: faults.DropAfter},
		"latency 200 200":  {Kind: faults.Latency, Latency: 1},
	} {
		r.faulty(fault)
		over(t.Context(), url, r.signed("ReadAccessKeys", `{}`))
		if r.last() != want {
			t.Errorf("%+v: %q, want %q", fault, r.last(), want)
		}
	}
	// The result in the record is the refusal, even if a fault hides it from the client.
	unknown := *r
	unknown.keyID = "NOBODYNOBODYNOBODYNO"
	for want, fault := range map[string]Fault{
		"status_after 400 504": {Kind: faults.StatusAfter, Status: 504}, "truncate 400 400": {Kind: faults.Truncate},
		"garbage 400 200": {Kind: faults.Garbage},
	} {
		r.faulty(fault)
		over(t.Context(), url, unknown.signed("CreateAccessKey", `{}`))
		if r.last() != want || len(r.State().AccessKeys) != 1 {
			t.Errorf("%+v: %q, want %q; %d keys", fault, r.last(), want, len(r.State().AccessKeys))
		}
	}
}

// If the connection cannot be hijacked, as with HTTP/2, it is closed.
func TestFaults_resetWithoutHijack(t *testing.T) {
	r := newHarness(t)
	r.faulty(Fault{Kind: faults.Reset})
	server := httptest.NewUnstartedServer(r.Handler())
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	g := over(t.Context(), server.URL, r.signed("CreateAccessKey", `{}`))
	if g.err == nil || g.Response == nil || g.ProtoMajor != 2 || g.StatusCode != http.StatusOK || r.last() != "reset 200 200" {
		t.Errorf("%+v, %v; the record says %q", g.Response, g.err, r.last())
	}
}

// The admin port accepts the same faults as SetFaults, with the same errors.
func TestAdmin_faultKinds(t *testing.T) {
	r := newHarness(t)
	const list = `[{"kind":"status_after","status":502,"code":"0"},{"kind":"reset"},{"action":"CreateUser","kind":"truncate","probability":0.5},` +
		`{"kind":"garbage","times":2},{"kind":"stall","latency":"20ms"},{"kind":"throttle","status":429,"code":"24","retry_after":"2s"}]`
	var set []Fault
	if status := r.admin(http.MethodPut, "/faults", list, &set); status != http.StatusOK {
		t.Fatal(status)
	}
	if back, err := json.Marshal(set); err != nil || string(back) != list {
		t.Errorf("%s, %v", back, err)
	}
	for bad, want := range map[string]string{
		`[{"kind":"stall"}]`:                               "latency must be over 0",
		`[{"kind":"reset","latency":"1s"}]`:                "latency has no effect for the kind reset",
		`[{"kind":"throttle","retry_after":2}]`:            "a duration is a text such as",
		`[{"kind":"throttle","retry_after":"soon"}]`:       `\"soon\" is not a duration`,
		`[{"kind":"stall","latency":"9999999h"}]`:          `is not a duration of at most 2562047h`,
		`[{"kind":"reset"},{"action":"N","kind":"reset"}]`: `fault 2: the API has no action \"N\"`,
		`[{"kind":"status","code":24}]`:                    "body: code: want a JSON string, not number",
		`[{"kind":"status","status":"a"}]`:                 "body: status: want a JSON number, not string",
		`{}`:                                               "body: the whole body: want a JSON array, not object",
		`null`:                                             "want a list of faults, such as [] for none",
		`[{"kind":"status","retry_after":"2s"}]`:           "choose the kind throttle",
		`[{"kind":"reset"},{"kind":"garbage","rate":0.5}]`: "fault 2: rate has no effect",
	} {
		request := httptest.NewRequest(http.MethodPut, "http://localhost/faults", strings.NewReader(bad))
		recorder := httptest.NewRecorder()
		r.AdminHandler().ServeHTTP(recorder, request)
		if text := recorder.Body.String(); recorder.Code != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s, want %s", bad, recorder.Code, text, want)
		}
	}
}

func TestFaults_retryAfter(t *testing.T) {
	r := newHarness(t)
	for want, after := range map[string]faults.Duration{"": 0, "1": 1, "2": 1500e6, "30": 30e9} {
		r.faulty(Fault{Kind: faults.Throttle, RetryAfter: after})
		if got := r.call("ReadAccessKeys", `{}`).header.Get("Retry-After"); got != want {
			t.Errorf("%v: %q, want %q", after, got, want)
		}
	}
	r.faulty()
	if header := r.call("ReadAccessKeys", `{}`).header; header.Values("Retry-After") != nil {
		t.Error(header)
	}
}

// The same seed cuts the same answers at the same positions.
func TestFaults_sameSeedSameCuts(t *testing.T) {
	texts := func() (out []string) {
		r := newHarness(t)
		url := "http://" + r.start().APIAddr
		r.faulty(Fault{Kind: faults.Truncate, Probability: 0.5})
		for range 20 {
			out = append(out, over(t.Context(), url, r.signed("ReadAccessKeys", `{}`)).text)
		}
		return out
	}
	one, two := texts(), texts()
	lengths := map[int]bool{}
	for i := range one {
		lengths[len(one[i])] = true
		if one[i] != two[i] {
			t.Errorf("call %d: %q, then %q", i, one[i], two[i])
		}
	}
	if len(lengths) < 5 {
		t.Errorf("the answers are cut at %d places only", len(lengths))
	}
}

// A client that closes the connection ends the stall; the call is executed and recorded.
func TestFaults_stallEndsWithClient(t *testing.T) {
	r := newHarness(t)
	url := "http://" + r.start().APIAddr
	r.faulty(Fault{Kind: faults.Stall, Latency: faults.Duration(time.Minute)})
	ctx, leave := context.WithCancel(t.Context())
	request := r.signed("CreateAccessKey", `{}`)
	done := make(chan got)
	go func() { done <- over(ctx, url, request) }()
	r.await("the call is executed", func() bool { return len(r.State().AccessKeys) == 2 })
	leave()
	if g := <-done; !errors.Is(g.err, context.Canceled) {
		t.Errorf("%+v, %v", g.Response, g.err)
	}
	r.await("the call has ended", func() bool { return r.last() == "stall 200 0" })
}

// Shutdown does not wait for the end of a stall.
func TestShutdown_endsStalls(t *testing.T) {
	r := newHarness(t)
	running, err := r.Start("127.0.0.1:0", "")
	if err != nil {
		t.Fatal(err)
	}
	r.faulty(Fault{Kind: faults.Stall, Latency: faults.Duration(time.Minute)})
	request := r.signed("CreateAccessKey", `{}`)
	done := make(chan got)
	go func() { done <- over(t.Context(), "http://"+running.APIAddr, request) }()
	r.await("the call is executed", func() bool { return len(r.State().AccessKeys) == 2 })
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := running.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if g := <-done; g.err != nil || g.StatusCode != http.StatusOK || r.last() != "stall 200 200" {
		t.Errorf("%+v, %v; the record says %q", g.Response, g.err, r.last())
	}
}

// The time of a fault does not count for the write timeout. The two calls wait at the same time, so that the limit can be long enough
// for a busy machine.
func TestFaults_longerThanWriteTimeout(t *testing.T) {
	const limit = 2 * time.Second
	r := newHarness(t, func(o *Options) { o.Limits.Write = limit })
	url := "http://" + r.start().APIAddr
	longer := faults.Duration(limit + limit/5)
	r.faulty(Fault{Action: "ReadAccessKeys", Kind: faults.Latency, Latency: longer}, Fault{Action: "CreateAccessKey", Kind: faults.Stall, Latency: longer})
	var calls sync.WaitGroup
	for _, action := range []string{"ReadAccessKeys", "CreateAccessKey"} {
		request := r.signed(action, `{}`)
		calls.Go(func() {
			if g := over(t.Context(), url, request); g.err != nil || g.StatusCode != http.StatusOK {
				t.Errorf("%s: %+v, %v", action, g.Response, g.err)
			}
		})
	}
	calls.Wait()
}
