package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// judge answers each request, in virtual time, after 100 ms with what of makes of its number.
type judge struct {
	of func(n int) answer

	mu      sync.Mutex
	at      []time.Time
	refused []int // the numbers of the refused ones
}

func (j *judge) RoundTrip(*http.Request) (*http.Response, error) {
	j.mu.Lock()
	j.at = append(j.at, time.Now())
	a := j.of(len(j.at))
	if a.status == 400 || a.status == 401 {
		j.refused = append(j.refused, len(j.at))
	}
	j.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	if a.status == 0 {
		return nil, errors.New("cut")
	}
	header := http.Header{}
	for name, value := range a.header {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (j *judge) client(t *testing.T, perSecond float64) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "http://judge/api/v1", Region: "eu-west-2", Credential: testKey, RequestsPerSecond: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = j
	return c
}

// all makes n calls, ten at a time, and returns their errors.
func all(c *Client, n int) (failed []error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	left := make(chan struct{}, n)
	for range n {
		left <- struct{}{}
	}
	close(left)
	for range 10 {
		wg.Go(func() {
			for range left {
				if err := actions["ReadAccessKeys"](c, context.Background()); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return failed
}

// The lock-out needs four refusals in a row. However many calls a run makes, it does not send as many.
func TestNoLockOut(t *testing.T) {
	unknown, wrong := problem(400, "4120", ""), problem(401, "1", "")
	from := func(n int, then answer) func(int) answer {
		return func(i int) answer {
			if i < n {
				return ok(keysBody)
			}
			return then
		}
	}
	for name, c := range map[string]struct {
		perSecond float64
		of        func(int) answer
		most      int // refusals
	}{
		"an unknown key":                 {5, from(1, unknown), 1},
		"a wrong secret":                 {5, from(1, wrong), 1},
		"a wrong secret, unlimited":      {0, from(1, wrong), 1},
		"locked out already":             {5, from(1, problem(401, "13", "")), 1},
		"a key deleted in the run":       {5, from(8, unknown), 3},
		"a key switched off in the run":  {5, from(8, wrong), 3},
		"a key deleted after one answer": {5, from(2, unknown), 3},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &judge{of: c.of}
			failed := all(j.client(t, c.perSecond), 40)
			if len(j.refused) == 0 || len(j.refused) > c.most {
				t.Errorf("%s: %d refusals, at most %d", name, len(j.refused), c.most)
			}
			if len(failed) != 40-(len(j.at)-len(j.refused)) {
				t.Errorf("%s: %d calls failed of 40, %d were answered well", name, len(failed), len(j.at)-len(j.refused))
			}
			for _, err := range failed {
				if !IsUnauthorized(err) || IsAmbiguous(err) {
					t.Errorf("%s: %v", name, err)
				}
			}
			var unsent *UnsentError
			if last := failed[len(failed)-1]; !errors.As(last, &unsent) || !strings.Contains(last.Error(), "was not sent") {
				t.Errorf("%s: the last error is %v", name, last)
			}
		})
	}
}

// Under load the API answers 400/4120 to a key that worked a moment ago: the call waits, all others with it, and is sent
// once more. One that fails again fails.
func TestRefusedUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &judge{of: func(n int) answer {
			if n == 11 || n == 30 {
				return problem(400, "4120", "")
			}
			return ok(keysBody)
		}}
		if failed := all(j.client(t, 5), 60); len(failed) > 0 {
			t.Errorf("%d failed, the first: %v", len(failed), failed[0])
		}
		for _, n := range []int{11, 30} {
			// What is on its way comes through; the next to leave, alone, waits.
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
		script []answer
		apart  time.Duration
		want   int // requests of the second call
	}{
		"once more, and good":    {[]answer{ok(keysBody), problem(400, "4120", ""), ok(keysBody)}, time.Second, 2},
		"once more, and no more": {[]answer{ok(keysBody), problem(400, "4120", ""), problem(400, "4120", ""), ok(keysBody)}, time.Second, 2},
		"not after a while":      {[]answer{ok(keysBody), problem(400, "4120", ""), ok(keysBody)}, momentsAgo, 1},
		"a 401 never":            {[]answer{ok(keysBody), problem(401, "1", ""), ok(keysBody)}, time.Second, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &judge{of: func(n int) answer { return c.script[n-1] }}
			client := j.client(t, 0)
			if err := actions["ReadAccessKeys"](client, context.Background()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(c.apart)
			err := actions["CreateAccessKey"](client, context.Background())
			if good := c.script[c.want].status == 200; len(j.at)-1 != c.want || (err == nil || IsAmbiguous(err)) != good {
				t.Errorf("%s: %d requests, want %d: %v", name, len(j.at)-1, c.want, err)
			}
		})
	}
}

// An endpoint that gives no verdict on the credential holds up nobody: the first call alone waits for it.
func TestNoVerdict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		j := &judge{of: func(n int) answer {
			if n == 1 {
				return problem(429, "24", "")
			}
			return answer{status: 502, body: "<html>"}
		}}
		c := j.client(t, 0)
		c.patience.attempts = 1
		if failed := all(c, 10); len(failed) != 10 {
			t.Errorf("%d of 10 failed", len(failed))
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
	// Whoever waits for the first call's outcome waits no longer than its own time.
	synctest.Test(t, func(t *testing.T) {
		c := (&judge{of: func(int) answer { time.Sleep(time.Minute); return ok(keysBody) }}).client(t, 0)
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
