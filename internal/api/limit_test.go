package api

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sendAtEnd sends n calls, five at a time, like the last calls of a process, within the given time.
func (g *gateway) sendAtEnd(t *testing.T, c *Client, n int, within time.Duration) {
	t.Helper()
	c.http.Transport = g
	ctx, cancel := context.WithTimeout(WithoutRateLimit(t.Context()), within)
	defer cancel()
	left := make(chan struct{}, n)
	for range n {
		left <- struct{}{}
	}
	close(left)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for range left {
				_, _ = c.UpdateAccessKey(ctx, UpdateAccessKeyInput{ID: "A", State: "INACTIVE"}) // the gateway counts
			}
		})
	}
	wg.Wait()
}

func newSeededClient(t *testing.T, seed uint64) *Client {
	t.Helper()
	c, err := New(Config{Endpoint: "http://gateway/api/v1", Region: "eu-west-2", Credential: testKey, RequestsPerSecond: 5})
	if err != nil {
		t.Fatal(err)
	}
	random, mu := rand.New(rand.NewPCG(seed, 3)), sync.Mutex{}
	c.random = func() float64 { mu.Lock(); defer mu.Unlock(); return random.Float64() }
	return c
}

// TestWithoutRateLimit_noFlood: if the API admits ten calls per second, in bursts of ten, the last calls exceed the client's own
// five, but adapt to the API instead of being throttled all the time.
func TestWithoutRateLimit_noFlood(t *testing.T) {
	for _, c := range []struct {
		name             string
		calls            int
		within           time.Duration
		admitted, wasted int           // at least, at most
		took             time.Duration // at most
	}{
		{"two seconds", 60, 1900 * time.Millisecond, 22, 6, 1950 * time.Millisecond},
		{"no end", 480, 30 * time.Minute, 480, 480 / 20, 70 * time.Second},
	} {
		for seed := range uint64(4) {
			synctest.Test(t, func(t *testing.T) {
				g, began := newGateway(10, seed, problem(429, "24", "")), time.Now()
				g.sendAtEnd(t, newSeededClient(t, seed), c.calls, c.within)
				took, wasted := time.Since(began), g.sent-g.admitted
				t.Logf("%s: %d calls admitted and %d refused in %s", c.name, g.admitted, wasted, took)
				if g.admitted < c.admitted || wasted > c.wasted || took > c.took {
					t.Errorf("%s, seed %d: %d calls admitted, at least %d; %d refused, at most %d; in %s, at most %s",
						c.name, seed, g.admitted, c.admitted, wasted, c.wasted, took, c.took)
				}
			})
		}
	}
}

// TestWithoutRateLimit_keepsReducedRate: if the API has lowered the rate before the end, the last calls keep to that rate.
func TestWithoutRateLimit_keepsReducedRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newSeededClient(t, 1), newGateway(2, 1, problem(429, "24", ""))
		c.limit.Throttled(time.Now(), 0)
		g.tokens = 0 // others have used it up
		g.sendAtEnd(t, c, 10, time.Minute)
		if wasted := g.sent - g.admitted; g.admitted != 10 || wasted > 3 {
			t.Errorf("%d calls admitted, want 10; %d refused, at most 3", g.admitted, wasted)
		}
	})
}
