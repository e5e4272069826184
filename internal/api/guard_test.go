package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api/auth"
)

// fakeAPI answers each request with of(its number), after 100 ms of virtual time.
type fakeAPI struct {
	of func(n int) reply

	mu      sync.Mutex
	at      []time.Time
	refused []int // the numbers of the refused ones
	now     int   // under way
	most    int   // at once
}

func (j *fakeAPI) RoundTrip(req *http.Request) (*http.Response, error) {
	j.mu.Lock()
	j.at = append(j.at, time.Now())
	a := j.of(len(j.at))
	if a.refuses || a.status == 400 || a.status == 401 {
		j.refused = append(j.refused, len(j.at))
	}
	j.now++
	j.most = max(j.most, j.now)
	j.mu.Unlock()
	defer func() { j.mu.Lock(); defer j.mu.Unlock(); j.now-- }()
	select {
	case <-time.After(max(100*time.Millisecond, a.after)):
	case <-req.Context().Done():
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
		return nil, req.Context().Err()
	}
	switch {
	case a.status == 0:
		return nil, errors.New("cut")
	case a.cut:
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
		return nil, io.ErrUnexpectedEOF
	case a.torn:
		httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
		return &http.Response{StatusCode: a.status, Body: io.NopCloser(io.MultiReader(strings.NewReader("{"), iotest.ErrReader(io.ErrUnexpectedEOF)))}, nil
	}
	header := http.Header{}
	for name, value := range a.header {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (j *fakeAPI) client(t *testing.T, perSecond float64) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "http://fakeAPI/api/v1", Region: "eu-west-2", Credential: testKey, RequestsPerSecond: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = j
	return c
}

// all makes n calls, ten at a time, and returns their errors.
func all(c *Client, n int) (failed []error) {
	var mu sync.Mutex
	tenAtATime(n, func() {
		if err := actions["ReadAccessKeys"](c, context.Background()); err != nil {
			mu.Lock()
			defer mu.Unlock()
			failed = append(failed, err)
		}
	})
	return failed
}

// tenAtATime does what the CLI does with n resources.
func tenAtATime(n int, do func()) {
	var wg sync.WaitGroup
	left := make(chan struct{}, n)
	for range n {
		left <- struct{}{}
	}
	close(left)
	for range 10 {
		wg.Go(func() {
			for range left {
				do()
			}
		})
	}
	wg.Wait()
}

// Four refusals in a row lock an account. A run causes fewer, however many calls it makes.
func TestGuard_noLockOut(t *testing.T) {
	unknown, wrong := problem(400, "4120", ""), problem(401, "1", "")
	from := func(n int, then reply) func(int) reply {
		return func(i int) reply {
			if i < n {
				return ok(keysBody)
			}
			return then
		}
	}
	for name, c := range map[string]struct {
		perSecond float64
		of        func(int) reply
		most      int // refusals
	}{
		"an unknown key":                 {5, from(1, unknown), 1},
		"a wrong secret":                 {5, from(1, wrong), 1},
		"a wrong secret, unlimited":      {0, from(1, wrong), 1},
		"locked out already":             {5, from(1, problem(401, "13", "")), 1},
		"a key deleted in the run":       {5, from(8, unknown), 3},
		"a key switched off in the run":  {5, from(8, wrong), 3},
		"a key deleted after one answer": {5, from(2, unknown), 3},
		"switched off, answers torn":     {5, from(8, reply{status: 401, torn: true}), 3},
		"switched off, slow answers":     {0, from(20, slow(wrong)), 3},
		"switched off, slow and fast":    {5, func(i int) reply { return slow(from(20, wrong)(i)) }, 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &fakeAPI{of: c.of}
			failed := all(j.client(t, c.perSecond), 40)
			if len(j.refused) == 0 || len(j.refused) > c.most {
				t.Errorf("%s: %d refusals, at most %d", name, len(j.refused), c.most)
			}
			if len(failed) != 40-(len(j.at)-len(j.refused)) {
				t.Errorf("%s: %d calls failed of 40, %d were answered well", name, len(failed), len(j.at)-len(j.refused))
			}
			for _, err := range failed {
				if lost := statusOf(err) == 0; !lost && !IsUnauthorized(err) || IsLostAnswer(err) && !lost {
					t.Errorf("%s: %v", name, err)
				}
			}
			if !slices.ContainsFunc(failed, func(err error) bool {
				var unsent *UnsentError
				return errors.As(err, &unsent) && strings.Contains(err.Error(), "was not sent")
			}) {
				t.Errorf("%s: every call was sent: %v", name, failed)
			}
		})
	}
}

// Under load the API answers 400/4120 to a key that has just worked. All calls then wait, and the call is repeated once.
func TestGuard_refusedUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &fakeAPI{of: func(n int) reply {
			if n == 11 || n == 30 {
				return problem(400, "4120", "")
			}
			return ok(keysBody)
		}}
		if failed := all(j.client(t, 5), 60); len(failed) > 0 {
			t.Errorf("%d failed, the first: %v", len(failed), failed[0])
		}
		for _, n := range []int{11, 30} {
			// The requests in flight are answered. The next one is sent alone, after a wait.
			longest := time.Duration(0)
			for i := n; i < n+4; i++ {
				longest = max(longest, j.at[i].Sub(j.at[i-1]))
			}
			if longest < loadWait/2 {
				t.Errorf("after the refusal of request %d the longest pause is %v", n, longest)
			}
		}
	})
	for name, c := range map[string]struct {
		script []reply
		apart  time.Duration
		want   int // requests of the second call
	}{
		"once more, and good":    {[]reply{ok(keysBody), problem(400, "4120", ""), ok(keysBody)}, time.Second, 2},
		"once more, and no more": {[]reply{ok(keysBody), problem(400, "4120", ""), problem(400, "4120", ""), ok(keysBody)}, time.Second, 2},
		"not after a while":      {[]reply{ok(keysBody), problem(400, "4120", ""), ok(keysBody)}, time.Minute, 1},
		"a 401 never":            {[]reply{ok(keysBody), problem(401, "1", ""), ok(keysBody)}, time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &fakeAPI{of: func(n int) reply { return c.script[n-1] }}
			client := j.client(t, 0)
			if err := actions["ReadAccessKeys"](client, context.Background()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(c.apart)
			err := actions["CreateAccessKey"](client, context.Background())
			if good := c.script[c.want].status == 200; len(j.at)-1 != c.want || (err == nil || IsLostAnswer(err)) != good {
				t.Errorf("%s: %d requests, want %d: %v", name, len(j.at)-1, c.want, err)
			}
		})
	}
}

// The secret is wrong, and the first answers are slow or do not show it. One call at a time tests the credential. Each lost
// answer counts as a refusal here.
func TestGuard_lostAnswersCount(t *testing.T) {
	refused := func(status int, code string) reply {
		a := problem(status, code, "")
		a.refuses = true
		return a
	}
	wrong := refused(401, "1")
	slow := func(d time.Duration) reply { a := wrong; a.after = d; return a }
	lost := reply{status: 401, cut: true, refuses: true}
	torn := func(status int) reply { return reply{status: status, torn: true, refuses: status != 500} }
	for name, c := range map[string]struct {
		first reply
		times int
	}{
		"an answer after 700 ms":       {slow(700 * time.Millisecond), 1},
		"an answer after 2 s":          {slow(2 * time.Second), 1},
		"an answer after 10 s":         {slow(10 * time.Second), 1},
		"every answer after 2 s":       {slow(2 * time.Second), 1000},
		"a 500":                        {problem(500, "0", ""), 1},
		"a 500 after 2 s":              {reply{status: 500, body: problem(500, "0", "").body, after: 2 * time.Second}, 1},
		"five times 500":               {problem(500, "0", ""), 5},
		"a page with 502":              {reply{status: 502, body: "<html>"}, 1},
		"a throttled one":              {problem(429, "24", ""), 1},
		"a connection that is refused": {reply{}, 1},
		"a cut":                        {lost, 1},
		"two cuts":                     {lost, 2},
		"nothing but cuts":             {lost, 1000},
		"a torn 401":                   {torn(401), 1},
		"nothing but torn 401":         {torn(401), 1000},
		"nothing but torn 400":         {torn(400), 1000},
		"a torn 500":                   {torn(500), 1},
		"an answer after too long":     {reply{status: 401, after: 13 * time.Second, refuses: true}, 1},
	} {
		for _, perSecond := range []float64{0, 5} {
			synctest.Test(t, func(t *testing.T) {
				j := &fakeAPI{of: func(n int) reply {
					if n <= c.times {
						return c.first
					}
					return slow(700 * time.Millisecond)
				}}
				begun := time.Now()
				failed := all(j.client(t, perSecond), 40)
				if len(failed) != 40 {
					t.Errorf("%s, %v/s: %d calls failed of 40", name, perSecond, len(failed))
				}
				if len(j.refused) > auth.MaxInFlight || j.most > 1 {
					t.Errorf("%s, %v/s: %d refusals in a row, %d calls at once", name, perSecond, len(j.refused), j.most)
				}
				if took := time.Since(begun); took > 30*time.Second {
					t.Errorf("%s, %v/s: it took %v", name, perSecond, took)
				}
			})
		}
	}
}

// After one accepted answer, as many requests are in flight as the lock-out allows.
func TestGuard_parallelOnceAccepted(t *testing.T) {
	for name, first := range map[string]reply{
		"at once": ok(keysBody), "late": {status: 200, body: keysBody, after: 10 * time.Second}, "no right": problem(403, "4", ""),
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &fakeAPI{of: func(n int) reply {
				if n == 1 {
					return first
				}
				return reply{status: 200, body: keysBody, after: time.Second}
			}}
			begun := time.Now()
			all(j.client(t, 0), 101)
			if took := time.Since(begun) - max(first.after, 100*time.Millisecond); took > 35*time.Second || j.most != auth.MaxInFlight {
				t.Errorf("%s: 100 calls of a second each, ten at a time, took %v, %d at once", name, took, j.most)
			}
		})
	}
}

// Until the API has accepted the credential, one call at a time is sent, and no call waits longer than its own time.
func TestGuard_oneAtATimeUntilAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		j := &fakeAPI{of: func(n int) reply {
			if n == 1 {
				return problem(429, "24", "")
			}
			return reply{status: 502, body: "<html>"}
		}}
		c := j.client(t, 0)
		c.timeouts.attempts = 1
		if failed := all(c, 10); len(failed) != 10 || j.most != 1 {
			t.Errorf("%d of 10 failed, %d were under way at once", len(failed), j.most)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
	// A call that waits for the outcome of the first one waits no longer than its own time.
	synctest.Test(t, func(t *testing.T) {
		c := (&fakeAPI{of: func(int) reply { time.Sleep(time.Minute); return ok(keysBody) }}).client(t, 0)
		go func() { _ = actions["ReadAccessKeys"](c, context.Background()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		err := actions["ReadAccessKeys"](c, ctx)
		var transport *TransportError
		if !errors.As(err, &transport) || transport.Sent || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Hour)
	})
}

// A wrong secret is not sent more often than the lock-out allows if every call ends by its time limit before the answer comes.
func TestGuard_shortTimeLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		refusing := problem(401, "1", "AccessDenied")
		refusing.after = 2 * time.Second
		c := (&fakeAPI{of: func(n int) reply { sent = n; return refusing }}).client(t, 0)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if err := actions["ReadAccessKeys"](c, ctx); err == nil {
				t.Error("no error")
			}
			cancel()
		}
		if sent > auth.MaxInFlight {
			t.Errorf("%d requests were sent, at most %d do not lock the account", sent, auth.MaxInFlight)
		}
	})
}
