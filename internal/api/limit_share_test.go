package api

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// gateway is an API in memory, in virtual time. Like the simulator's fault, it admits rate calls per second, in bursts of up to
// rate calls, and throttles the others.
type gateway struct {
	rate    float64
	refusal reply

	mu             sync.Mutex
	random         *rand.Rand
	tokens         float64
	filled         time.Time
	begun, ended   time.Time
	sent, admitted int
	done           []float64 // when each run ended, in seconds
}

func newGateway(rate float64, seed uint64, refusal reply) *gateway {
	return &gateway{rate: rate, random: rand.New(rand.NewPCG(seed, 1)), tokens: max(rate, 1), filled: time.Now(), refusal: refusal}
}

// networkDelay waits as long as a request or an answer takes on the network: 10 to 30 ms.
func (g *gateway) networkDelay() {
	g.mu.Lock()
	d := 10*time.Millisecond + time.Duration(g.random.Int64N(int64(20*time.Millisecond)))
	g.mu.Unlock()
	time.Sleep(d)
}

func (g *gateway) RoundTrip(req *http.Request) (*http.Response, error) {
	g.networkDelay()
	a := ok(keyBody)
	if strings.HasSuffix(req.URL.Path, "/CreateUser") {
		a = ok(`{"User":{"UserId":"U","UserName":"bob"}}`)
	}
	if !g.admit() {
		a = g.refusal
	}
	g.networkDelay()
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

func (g *gateway) admit() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.sent++; g.sent == 1 {
		g.begun = now
	}
	g.ended = now
	g.tokens = min(g.tokens+now.Sub(g.filled).Seconds()*g.rate, max(g.rate, 1))
	g.filled = now
	if g.tokens < 1 {
		return false
	}
	g.tokens--
	g.admitted++
	return true
}

// run makes the calls of a run of the CLI: some users, then keys, ten at a time, each with a create and an update.
func (g *gateway) run(t *testing.T, perSecond float64, keys int, seed uint64) {
	c, err := New(Config{Endpoint: "http://gateway/api/v1", Region: "eu-west-2", Credential: testKey, RequestsPerSecond: perSecond})
	if err != nil {
		t.Error(err)
		return
	}
	c.http.Transport = g
	random, mu := rand.New(rand.NewPCG(seed, 2)), sync.Mutex{}
	c.random = func() float64 { mu.Lock(); defer mu.Unlock(); return random.Float64() }
	do := func(action string) {
		if err := actions[action](c, context.Background()); err != nil {
			t.Error(err)
		}
	}
	time.Sleep(time.Duration(random.Int64N(int64(500 * time.Millisecond))))
	var wg sync.WaitGroup
	for range (keys + 9) / 10 {
		wg.Go(func() { do("CreateUser") })
	}
	wg.Wait()
	left := make(chan struct{}, keys)
	for range keys {
		left <- struct{}{}
	}
	close(left)
	for range 10 {
		wg.Go(func() {
			for range left {
				do("CreateAccessKey")
				do("UpdateAccessKey")
			}
		})
	}
	wg.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = append(g.done, time.Since(g.begun).Seconds())
}

// runs makes n runs of 30 keys each at once. It returns the requests sent per request needed, and the share of the available rate
// that was used: what the gateway admits, or what the runs that have not ended may send if that is less.
func (g *gateway) runs(t *testing.T, n int, perSecond float64, seed uint64) (ratio, used float64) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { g.run(t, perSecond, 30, seed*100+uint64(i)) })
	}
	wg.Wait()
	toBeHad, before := 0.0, 0.0
	for i, at := range g.done {
		most := g.rate
		if perSecond > 0 {
			most = min(g.rate, perSecond*float64(n-i))
		}
		toBeHad += (at - before) * most
		before = at
	}
	return float64(g.sent) / float64(g.admitted), float64(g.admitted) / toBeHad
}

// meanOf makes one run of the gateway per seed and returns the means of the results. The order of requests is random, so one run
// shows little. The bounds are at least six standard deviations of the mean away from it.
func meanOf(t *testing.T, seeds int, run func(t *testing.T, seed uint64) (ratio, used, whole float64)) (ratio, used, whole float64) {
	for seed := range uint64(seeds) {
		synctest.Test(t, func(t *testing.T) {
			r, u, w := run(t, seed)
			t.Logf("seed %d: %.3f requests for each call, %.3f used, %.3f until the last run ended", seed, r, u, w)
			ratio, used, whole = ratio+r, used+u, whole+w
		})
	}
	n := float64(seeds)
	return ratio / n, used / n, whole / n
}

// Eight independent processes share an API that admits 10 calls per second.
func TestLimit_eightRunsShare(t *testing.T) {
	ratio, used, whole := meanOf(t, 12, func(t *testing.T, seed uint64) (ratio, used, whole float64) {
		g := newGateway(10, seed, problem(429, "24", ""))
		ratio, used = g.runs(t, 8, 5, seed)
		return ratio, used, float64(g.admitted) / (g.rate * g.ended.Sub(g.begun).Seconds())
	})
	t.Logf("%.3f requests for each call, %.3f of what the runs could use, %.3f of what the server admits until the last run ends", ratio, used, whole)
	if ratio > 1.15 || used < 0.9 || whole < 0.85 {
		t.Error("too much was sent, or too little used")
	}
}

// Two clients that share the API, and one without a rate of its own, adapt to the rate that the API admits. A client below that
// rate is never slowed down.
func TestLimit_adapts(t *testing.T) {
	for name, c := range map[string]struct {
		runs      int
		perSecond float64
		admits    float64
		refusal   reply
		ratio     float64 // at most
		used      float64 // at least
	}{
		"below the limit":            {1, 5, 10, problem(429, "24", ""), 1, 0.97},
		"at the limit":               {1, 5, 5, problem(429, "24", ""), 1.15, 0.9},
		"above the limit":            {1, 5, 2, problem(429, "25", ""), 1.15, 0.85},
		"two":                        {2, 5, 5, problem(429, "24", ""), 1.15, 0.7},
		"unlimited, never throttled": {1, 0, 1000, problem(429, "24", ""), 1, 0},
		"unlimited":                  {1, 0, 10, problem(429, "24", ""), 1.3, 0.6},
		"four unlimited":             {4, 0, 10, problem(429, "24", ""), 1.3, 0.6},
		"400/4120 under load":        {1, 5, 4, problem(400, "4120", ""), 1.15, 0.6},
	} {
		t.Run(name, func(t *testing.T) {
			ratio, used, _ := meanOf(t, 16, func(t *testing.T, seed uint64) (ratio, used, whole float64) {
				g := newGateway(c.admits, seed, c.refusal)
				ratio, used = g.runs(t, c.runs, c.perSecond, seed)
				if ratio == 1 && c.perSecond > 0 {
					floor := time.Duration(float64(g.admitted-2) / c.perSecond * float64(time.Second))
					if took := g.ended.Sub(g.begun); took > floor+floor/20 {
						t.Errorf("%s for %d calls", took, g.admitted)
					}
				}
				return ratio, used, 0
			})
			if ratio > c.ratio || used < c.used {
				t.Errorf("%.3f requests for each call, at most %.3f; %.3f used, at least %.3f", ratio, c.ratio, used, c.used)
			}
		})
	}
}

// userNames are the names that the answers of actions must have.
var userNames = map[string]string{"CreateUser": "bob", "UpdateUser": "robert"}

// Throttling slows down all calls, even if the throttled action is not sent again.
func TestLimit_everyThrottleSlows(t *testing.T) {
	for name, refusal := range map[string]reply{
		"429": problem(429, "24", ""), "the older form": problem(503, "6", ""), "in between": problem(503, "24", ""),
	} {
		refusal.header = map[string]string{"Retry-After": "9"}
		for action, do := range actions {
			synctest.Test(t, func(t *testing.T) {
				j := &fakeAPI{of: func(n int) reply {
					if n == 2 {
						return refusal
					}
					return ok(`{"AccessKeys":[],"AccessKey":{"AccessKeyId":"NEWKEY","SecretKey":"s"},"User":{"UserId":"U","UserName":"` + userNames[action] + `"}}`)
				}}
				c := j.client(t, 5)
				var logged []any
				c.log = func(_ context.Context, level Level, _ string, fields map[string]any) {
					if level == LevelInfo && fields["all_calls_wait"] == true {
						logged = append(logged, fields["wait_ms"])
					}
				}
				_ = actions["ReadAccessKeys"](c, context.Background())
				err := do(c, context.Background())
				if final := sentOnce[action] && refusal.status == 503; (err != nil) != final || final && (len(j.at) != 2 || !IsLostAnswer(err) || !IsThrottled(err)) {
					t.Errorf("%s to %s: %d requests, %v", name, action, len(j.at), err)
				}
				if rate := c.limit.Rate(); rate > 3 {
					t.Errorf("%s to %s: the rate is still %v", name, action, rate)
				}
				_ = actions["ReadAccessKeys"](c, context.Background())
				if pause := j.at[2].Sub(j.at[1]); pause < 9*time.Second || len(logged) != 1 || logged[0] != int64(9000) {
					t.Errorf("%s to %s: the next call left after %v, logged %v", name, action, pause, logged)
				}
			})
		}
	}
}
