package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The number of times that each action is sent, by the first answer. The next answer would be good.
func TestRetry_requestsPerAction(t *testing.T) {
	for name, c := range map[string]struct {
		first  reply
		always int // requests of an action that may be repeated
		once   int // requests of one that may not
	}{
		"400/4120":  {problem(400, "4120", ""), 1, 1},
		"401":       {problem(401, "1", ""), 1, 1},
		"lock-out":  {problem(401, "13", ""), 1, 1},
		"403":       {problem(403, "4", ""), 1, 1},
		"409":       {problem(409, "6003", ""), 1, 1},
		"501":       {problem(501, "0", ""), 1, 1},
		"429":       {problem(429, "24", ""), 2, 2},
		"503/6":     {problem(503, "6", ""), 2, 1},
		"500":       {problem(500, "0", ""), 2, 1},
		"502 page":  {reply{status: 502, body: "<html>"}, 2, 1},
		"504":       {problem(504, "0", ""), 2, 1},
		"cut":       {reply{}, 2, 1},
		"not JSON":  {ok("<html>"), 2, 1},
		"truncated": {reply{status: 200, body: "{", header: map[string]string{"Content-Length": "9"}}, 2, 1},
	} {
		for action, do := range actions {
			r := newRig(t, c.first, ok(goodBody(action)))
			err := do(r.Client, context.Background())
			want := c.always
			if sentOnce[action] {
				want = c.once
			}
			if r.sent() != want || (err == nil) != (want == 2) {
				t.Errorf("%s, %s: %d requests, want %d: %v", name, action, r.sent(), want, err)
			}
			if len(r.slept) != want-1 {
				t.Errorf("%s, %s: waits %v", name, action, r.slept)
			}
			// The log has the reason of a wait, at INFO.
			if said := strings.Contains(r.logged(), "waiting before the next attempt"); said != (want > 1) {
				t.Errorf("%s, %s: log %s", name, action, r.logged())
			}
		}
	}
}

func TestRetry_ends(t *testing.T) {
	r := newRig(t, problem(500, "0", ""))
	if err := actions["ReadAccessKeys"](r.Client, context.Background()); statusOf(err) != 500 || r.sent() != 10 {
		t.Errorf("%d requests, %v", r.sent(), err)
	}
	for i, d := range r.slept {
		full := min(r.timeouts.max, r.timeouts.base<<i)
		if d < full/2 || d > full {
			t.Errorf("wait %d is %v, want between %v and %v", i, d, full/2, full)
		}
	}

	// A throttled call waits until the caller's time is up. The error has the last answer.
	r = newRig(t, problem(429, "24", "Request rate exceeded."))
	ctx, cancel := context.WithCancel(context.Background())
	r.sleep = func(context.Context, time.Duration) error {
		if r.sent() == 25 {
			cancel()
			return context.DeadlineExceeded
		}
		return nil
	}
	err := actions["CreateAccessKey"](r.Client, ctx)
	if !IsThrottled(err) || IsLostAnswer(err) || !errors.Is(err, context.DeadlineExceeded) || r.sent() != 25 {
		t.Errorf("%d requests, %v", r.sent(), err)
	}
}

// A long wait for the rate does not count towards the time limit of faults.
func TestRetry_throttlesAndFaultsCountApart(t *testing.T) {
	script := make([]reply, 0, 32)
	for range 20 {
		script = append(script, problem(429, "24", ""))
	}
	script = append(script, problem(500, "0", ""), problem(500, "0", ""), ok(keysBody))
	r := newRig(t, script...)
	now := time.Now()
	r.now = func() time.Time { return now }
	r.sleep = func(context.Context, time.Duration) error { now = now.Add(10 * time.Second); return nil }
	if err := actions["ReadAccessKeys"](r.Client, context.Background()); err != nil || r.sent() != 23 {
		t.Errorf("%d requests, %v", r.sent(), err)
	}
}

func TestRetry_retryAfterHeader(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"7": 7 * time.Second, "99999": 99999 * time.Second, "9223372036854775807": maxAsked, "-3": 0, "soon": 0, "": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second, "Fri, 02 Jan 2026 03:00:00 GMT": 0,
	} {
		c := &Client{clock: &clock{machine: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }}}
		if got := c.retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
	a := problem(429, "24", "")
	a.header = map[string]string{"Retry-After": "17"}
	r := newRig(t, a, ok(keysBody))
	if err := actions["ReadAccessKeys"](r.Client, context.Background()); err != nil || len(r.slept) != 1 || r.slept[0] != 17*time.Second {
		t.Errorf("%v, waits %v", err, r.slept)
	}
}

// TestRetry_retryAfterTooLong: a call fails at once if the API asks to wait longer than the time that is left. A shorter wait is
// kept. A call that begins then also fails at once.
func TestRetry_retryAfterTooLong(t *testing.T) {
	for name, status := range map[string]int{"throttled": 429, "failed": 503} {
		answer := problem(status, "24", "")
		if status == 503 {
			answer = problem(503, "0", "")
		}
		answer.header = map[string]string{"Retry-After": "3600"}
		r := newRig(t, answer, ok(keysBody))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		err := actions["ReadAccessKeys"](r.Client, ctx)
		var wait *WaitError
		if !errors.As(err, &wait) || wait.Wait != time.Hour || wait.Left < 29*time.Minute || As(err) == nil || !errors.Is(err, context.DeadlineExceeded) || r.sent() != 1 || len(r.slept) != 0 {
			t.Errorf("%s: %d requests, waits %v, %v", name, r.sent(), r.slept, err)
		}
		if _, err := r.ReadUsers(ctx, nil); status == 429 && (!errors.As(err, &wait) || !wait.Asked || wait.Wait < 59*time.Minute || r.sent() != 1 || len(r.slept) != 0) {
			t.Errorf("%s, the next call: %d requests, waits %v, %v", name, r.sent(), r.slept, err)
		}
		r = newRig(t, answer, ok(keysBody))
		long, end := context.WithTimeout(t.Context(), 2*time.Hour)
		defer end()
		if err := actions["ReadAccessKeys"](r.Client, long); err != nil || len(r.slept) != 1 || r.slept[0] != time.Hour {
			t.Errorf("%s, enough time: waits %v, %v", name, r.slept, err)
		}
	}
}

// closedPort is an address without a listener. A port that was just closed could be reused by another test.
const closedPort = "http://127.0.0.1:1/api/v1"

// A dial is repeated for any action, because nothing was sent, for less than 30 s. After that all calls fail without being sent
// and name the cause, until a later call tests the endpoint again.
func TestBreaker_closedPort(t *testing.T) {
	for action, do := range actions {
		r := &rig{}
		now := time.Now()
		r.Client = r.client(t, Config{Endpoint: closedPort, Credential: testKey, Now: func() time.Time { return now }})
		var waited time.Duration
		r.sleep = func(_ context.Context, d time.Duration) error {
			waited += d
			now = now.Add(d)
			return nil
		}
		full := func() {
			err := do(r.Client, context.Background())
			var transport *TransportError
			if !errors.As(err, &transport) || transport.Sent || IsLostAnswer(err) || !strings.Contains(err.Error(), r.endpoint) || !strings.Contains(err.Error(), "refused") {
				t.Errorf("%s: %v", action, err)
			}
			if waited < 5*time.Second || waited > 20*time.Second {
				t.Errorf("%s: waited %v", action, waited)
			}
			waited = 0
		}
		full()
		for range 2 {
			err := do(r.Client, context.Background())
			if !isGivenUp(err) || !strings.Contains(err.Error(), r.endpoint) || !strings.Contains(err.Error(), "refused") || waited > 0 {
				t.Errorf("%s: the second call waited %v: %v", action, waited, err)
			}
			now = now.Add(breakerCooldown - time.Second)
			if err := do(r.Client, context.Background()); !isGivenUp(err) {
				t.Errorf("%s: sent too early: %v", action, err)
			}
			now = now.Add(time.Second)
			full()
		}
	}
}

// isGivenUp reports whether a call was not sent because of others, and is in all classes that callers check.
func isGivenUp(err error) bool {
	var lost *GivenUpError
	return errors.As(err, &lost) && IsSilent(err) && !IsLostAnswer(err) && !IsThrottled(err) && !IsUnauthorized(err)
}

// Answers of a silent endpoint are lost. After an action that is sent once, only its look-up is sent, once. Time is virtual.
func TestBreaker_silentEndpoint(t *testing.T) {
	for action, do := range actions {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			c := newClientThrough(t, 0, answering(func(req *http.Request) (*http.Response, error) {
				sent++
				return never.RoundTrip(req)
			}))
			err := do(c, context.Background())
			want := 2
			if sentOnce[action] {
				want = 1
			}
			if !IsLostAnswer(err) || !errors.Is(err, errNoAnswer) || sent != want {
				t.Errorf("%s: %d requests, want %d: %v", action, sent, want, err)
			}
			if err := actions["ReadAccessKeys"](c, context.Background()); sent != 2 || !IsSilent(err) || isGivenUp(err) == sentOnce[action] {
				t.Errorf("%s, the look after it: %d requests, want 2: %v", action, sent, err)
			}
			if err := do(c, context.Background()); sent != 2 || !isGivenUp(err) || !IsTimeout(err) {
				t.Errorf("%s, the next call: %d requests, want 2: %v", action, sent, err)
			}
		})
	}
	p := defaultTimeouts
	if p.unreachable+dialTimeout > 30*time.Second || p.silent > 30*time.Second || p.once+p.attempt > 30*time.Second {
		t.Errorf("a dead endpoint is reported within 30 s: %+v", p)
	}
}

// A failure that waiting does not resolve is reported at once.
func TestRetry_permanentFailures(t *testing.T) {
	r := newRig(t, ok(keysBody))
	overTLS := r.client(t, Config{Endpoint: strings.Replace(r.server.URL, "http:", "https:", 1) + "/api/v1", Credential: testKey})
	if err := actions["ReadAccessKeys"](overTLS, context.Background()); err == nil || IsLostAnswer(err) || len(r.slept) > 0 {
		t.Errorf("plain HTTP behind https: %v, waits %v", err, r.slept)
	}
	for _, err := range []error{&net.DNSError{IsNotFound: true}, &TransportError{Err: http.ErrSchemeMismatch}} {
		if !permanent(err) {
			t.Errorf("%v is permanent", err)
		}
	}
	if permanent(&net.DNSError{IsTimeout: true}) {
		t.Error("a name server may answer the next time")
	}
}

func TestCall_endedContext(t *testing.T) {
	r := newRig(t, reply{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := actions["CreateAccessKey"](r.Client, ctx)
	if err == nil || IsLostAnswer(err) || r.sent() != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d requests, %v", r.sent(), err)
	}
}
