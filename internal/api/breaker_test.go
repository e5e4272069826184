package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func page(status int) http.RoundTripper {
	return answering(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<html>"))}, nil
	})
}

// never accepts every request and does not answer.
var never = answering(func(req *http.Request) (*http.Response, error) {
	httptrace.ContextClientTrace(req.Context()).GotConn(httptrace.GotConnInfo{})
	<-req.Context().Done()
	return nil, req.Context().Err()
})

// dial fails with err after a while, for every connection.
func dial(err error, after time.Duration) *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		select {
		case <-time.After(after):
			return nil, err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

var nowhere = &net.OpError{Op: "dial", Err: errors.New("i/o timeout")}

// results are the results of calls of one action, ten at a time. Each is followed by a look-up, as in internal/key.
type results struct {
	mu                    sync.Mutex
	good, unsent, unclear int
	odd                   []error
}

func (o *results) of(c *Client, action string, n int) {
	tenAtATime(n, func() {
		err := actions[action](c, context.Background())
		if sentOnce[action] && IsLostAnswer(err) {
			_ = actions["ReadAccessKeys"](c, context.Background())
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		switch {
		case err == nil:
			o.good++
		case isGivenUp(err) && strings.Contains(err.Error(), c.endpoint):
			o.unsent++
		case IsLostAnswer(err):
			o.unclear++
		default:
			o.odd = append(o.odd, err)
		}
	})
}

func newClientThrough(t *testing.T, perSecond float64, through http.RoundTripper) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "http://nowhere.example.com/api/v1", Credential: testKey, RequestsPerSecond: perSecond})
	if err != nil {
		t.Fatal(err)
	}
	c.http.Transport = through
	return c
}

// If the endpoint is dead, all calls end within 30 s of the first, however many there are. Time is virtual.
func TestBreaker_deadEndpointReportedInTime(t *testing.T) {
	for name, through := range map[string]http.RoundTripper{
		"packets are dropped":      dial(nowhere, dialTimeout),
		"nobody listens":           dial(nowhere, time.Millisecond),
		"no name server answers":   dial(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", IsTimeout: true}}, 10*time.Second),
		"no such host":             dial(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, time.Millisecond),
		"silence":                  never,
		"a portal's page":          page(200),
		"a proxy's 502":            page(502),
		"a proxy wants a login":    page(407),
		"a page that is not there": page(404),
	} {
		for _, action := range []string{"ReadAccessKeys", "CreateAccessKey"} {
			for _, n := range []int{10, 50, 150} {
				for _, perSecond := range []float64{5, 0, 1} {
					synctest.Test(t, func(t *testing.T) {
						var o results
						begun := time.Now()
						o.of(newClientThrough(t, perSecond, through), action, n)
						took := time.Since(begun)
						t.Logf("%s, %d times %s at %v/s: %v, %d unsent, %d unclear", name, n, action, perSecond, took, o.unsent, o.unclear)
						if took > 30*time.Second || o.good > 0 {
							t.Errorf("%s, %d times %s at %v/s: reported after %v, %d good", name, n, action, perSecond, took, o.good)
						}
						// Each create that was sent needs a look-up, so only a few may be sent.
						if o.unsent < n-10 || action == "CreateAccessKey" && o.unclear > 3 {
							t.Errorf("%s, %d times %s at %v/s: %d unsent, %d unclear, %v", name, n, action, perSecond, o.unsent, o.unclear, o.odd)
						}
					})
				}
			}
		}
	}
}

// If the endpoint dies during a run, all calls end within 30 s of that.
func TestBreaker_deadDuringRun(t *testing.T) {
	for name, dead := range map[string]http.RoundTripper{"packets are dropped": dial(nowhere, dialTimeout), "silence": never} {
		for action, perSecond := range map[string]float64{"ReadAccessKeys": 5, "CreateAccessKey": 5, "DeleteAccessKey": 0.2} {
			synctest.Test(t, func(t *testing.T) {
				c := newClientThrough(t, perSecond, &fakeAPI{of: func(int) reply { return ok(keysBody) }})
				if err := actions["ReadAccessKeys"](c, context.Background()); err != nil {
					t.Fatal(err)
				}
				c.http.Transport = dead
				var o results
				begun := time.Now()
				o.of(c, action, 150)
				t.Logf("%s, 150 times %s: %v, %d unsent, %d unclear", name, action, time.Since(begun), o.unsent, o.unclear)
				if took := time.Since(begun); took > 30*time.Second || o.good > 0 || len(o.odd) > 10 {
					t.Errorf("%s, %s: reported after %v, %d good, %v", name, action, took, o.good, o.odd)
				}
			})
		}
	}
}

// After a short outage all calls succeed. After a longer one, one call at a time tests the endpoint.
func TestBreaker_endpointRecovers(t *testing.T) {
	for name, dead := range map[string]http.RoundTripper{"packets are dropped": dial(nowhere, dialTimeout), "nobody listens": dial(nowhere, time.Millisecond)} {
		for _, c := range []struct {
			outage time.Duration
			action string
			good   int
		}{{8 * time.Second, "ReadAccessKeys", 50}, {8 * time.Second, "CreateUser", 50}, {time.Minute, "ReadAccessKeys", 0}} {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var slow atomic.Bool
				alive := &fakeAPI{of: func(int) reply { return ok(`{"AccessKeys":[],"User":{"UserId":"U","UserName":"bob"}}`) }}
				client := newClientThrough(t, 0, answering(func(req *http.Request) (*http.Response, error) {
					if time.Since(begun) < c.outage {
						return dead.RoundTrip(req)
					}
					if slow.Load() {
						time.Sleep(5 * time.Second)
					}
					return alive.RoundTrip(req)
				}))
				var o results
				if o.of(client, c.action, 50); o.good != c.good {
					t.Errorf("%s for %s: %d of 50 good, %d unsent, %v", name, c.outage, o.good, o.unsent, o.odd)
				}
				time.Sleep(c.outage + 30*time.Second)
				slow.Store(true) // a call must not fail because others run at the same time
				if o.of(client, c.action, 50); o.good != c.good+50 {
					t.Errorf("%s, after %s: %d good, %d unsent", name, c.outage, o.good-c.good, o.unsent)
				}
			})
		}
	}
}

// After the cooldown one call tests the endpoint for all. The last calls of a process are sent nevertheless.
func TestBreaker_oneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		under, most := 0, 0
		var mu sync.Mutex
		c := newClientThrough(t, 0, answering(func(req *http.Request) (*http.Response, error) {
			count := func(by int) { mu.Lock(); defer mu.Unlock(); under += by; most = max(most, under) }
			count(1)
			defer count(-1)
			return never.RoundTrip(req)
		}))
		dead := c.http.Transport
		c.http.Transport = &fakeAPI{of: func(int) reply { return ok(keysBody) }}
		_ = actions["ReadAccessKeys"](c, context.Background()) // a credential that is not known to be good is tried less
		c.http.Transport = dead
		_ = actions["ReadAccessKeys"](c, context.Background())
		for range int(breakerCooldown / time.Second) { // without a pause
			if err := actions["ReadAccessKeys"](c, context.Background()); !isGivenUp(err) {
				t.Errorf("sent too early: %v", err)
			}
			time.Sleep(time.Second)
		}
		begun := time.Now()
		finds := make(chan error)
		go func() { finds <- actions["ReadAccessKeys"](c, context.Background()) }()
		synctest.Wait()
		var o results
		if o.of(c, "CreateAccessKey", 100); o.unsent != 100 || time.Since(begun) > 30*time.Second {
			t.Errorf("%d of 100 unsent, after %v", o.unsent, time.Since(begun))
		}
		if err := <-finds; !IsLostAnswer(err) || time.Since(begun) < 2*c.timeouts.attempt {
			t.Errorf("it did not try in full: %v after %v", err, time.Since(begun))
		}
		if most != 1 {
			t.Errorf("%d at once", most)
		}
		if err := actions["DeleteAccessKey"](c, WithoutRateLimit(context.Background())); isGivenUp(err) || !IsLostAnswer(err) {
			t.Errorf("hurried: %v", err)
		}
	})
}

// The error of a call that was not sent has the address, and the cause of the first call.
func TestBreaker_errorNamesCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClientThrough(t, 0, never)
		_ = actions["ReadAccessKeys"](c, context.Background())
		err := actions["CreateUser"](c, context.Background())
		const want = "CreateUser: not sent to http://nowhere.example.com/api/v1: an earlier call could not reach it: " +
			"ReadAccessKeys: no usable answer from http://nowhere.example.com/api/v1: no answer in time"
		if err == nil || err.Error() != want || !isGivenUp(err) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	})
}
