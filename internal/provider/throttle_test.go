package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// TestProvider_runsShareTheRate is a small TestSoakProvider_eightRunsShareTheRate. It checks the number of requests, not the
// duration.
func TestProvider_runsShareTheRate(t *testing.T) {
	t.Parallel()
	c := contention{runs: 3, keys: 8, admits: 5}
	o := c.runAll(t)
	t.Log(o)
	// Without adapting they would send three requests for each call.
	if o.ratio() > 1.4 {
		t.Errorf("%.3f requests for each call needed, at most 1.4", o.ratio())
	}
}

// TestSoakProvider_eightRunsShareTheRate: eight runs of 30 keys each at once, each with processes of its own at the default
// of 5 requests a second, against an API that admits 10 in all.
func TestSoakProvider_eightRunsShareTheRate(t *testing.T) {
	acctest.Soak(t)
	c := contention{runs: 8, keys: 30, admits: 10}
	o := c.runAll(t)
	t.Log(o)
	if o.ratio() > 1.15 {
		t.Errorf("%.3f requests for each call needed, at most 1.15", o.ratio())
	}
	if o.used() < 0.9 {
		t.Errorf("%.3f of what was available was used, at least 0.9", o.used())
	}
}

// contention is some runs that create keys, ten for each user, at an API that admits so many calls a second.
type contention struct{ runs, keys, admits int }

// writes returns the number of changing calls that the runs need: one for each user, two for each key.
func (c contention) writes() int { return c.runs * ((c.keys+9)/10 + 2*c.keys) }

// apply plans n resources with one process and applies them with another, as many at a time as the CLIs work on.
func apply(h *acctest.Protocol, typeName string, n int, config func(i int) acctest.Args) {
	plans := make([]*acctest.Plan, n)
	p := h.Start()
	acctest.Concurrently(n, func(i int) { plans[i] = p.Plan(h.NewResource(typeName), config(i)) })
	p = h.Start()
	acctest.Concurrently(n, func(i int) { p.Apply(plans[i], config(i)).ExpectNoErrors() })
}

// runAll makes all runs at the same time. Each must succeed.
func (c contention) runAll(t *testing.T) outcome {
	t.Helper()
	a := acctest.NewAccount(t)
	a.SetFaults(simulator.Fault{Kind: "throttle", Rate: float64(c.admits)})
	var all sync.WaitGroup
	for run := range c.runs {
		h := acctest.NewProtocolOn(a)
		h.Block = acctest.Args{} // the default rate, not the tests' unlimited one
		h.Clock = time.Now       // the clock of the rate limit
		all.Go(func() {
			name := func(key int) string { return fmt.Sprintf("run%d-%d", run, key/10) }
			apply(h, "outscale_user", (c.keys+9)/10, func(i int) acctest.Args { return acctest.Args{"user_name": name(10 * i)} })
			apply(h, "outscale_access_key", c.keys, func(i int) acctest.Args { return acctest.Args{"user_name": name(i)} })
		})
	}
	all.Wait()
	o := outcome{contention: c, spans: make([]span, c.runs)}
	for _, call := range a.Requests() {
		o.count(t, call)
	}
	if o.written != c.writes() || len(a.Keys()) != c.runs*c.keys {
		t.Errorf("%d writes were admitted, %d are needed; %d keys exist", o.written, c.writes(), len(a.Keys()))
	}
	return o
}

// span is from a run's first call to its last.
type span struct{ from, to time.Time }

// outcome is the cost of the runs.
type outcome struct {
	contention
	sent     int // requests
	admitted int // of them, those that the API admitted
	written  int // of them, those that change something
	spans    []span
}

// count counts a call. The user that it is about says whose run made it.
func (o *outcome) count(t *testing.T, call simulator.Request) {
	t.Helper()
	if o.sent++; call.Fault == "" {
		if o.admitted++; !strings.HasPrefix(call.Action, "Read") {
			o.written++
		}
	}
	var body struct{ UserName string }
	var run, user int
	if err := json.Unmarshal([]byte(call.Body), &body); err != nil {
		t.Fatal(err)
	}
	if n, _ := fmt.Sscanf(body.UserName, "run%d-%d", &run, &user); n != 2 {
		return // about the account
	}
	s := &o.spans[run]
	if s.from.IsZero() || call.Time.Before(s.from) {
		s.from = call.Time
	}
	if call.Time.After(s.to) {
		s.to = call.Time
	}
}

func (o outcome) ratio() float64 { return float64(o.sent) / float64(o.admitted) }

// begun and ended are the first and the last call of all.
func (o outcome) begun() time.Time {
	return slices.MinFunc(o.spans, func(a, b span) int { return a.from.Compare(b.from) }).from
}

func (o outcome) ended() time.Time {
	return slices.MaxFunc(o.spans, func(a, b span) int { return a.to.Compare(b.to) }).to
}

// used is the share of the available rate: the rate that the API admits, or the sum of the rates of the active runs if that is
// less, for example 5 calls a second of the last run.
func (o outcome) used() float64 {
	var moments []time.Time
	for _, s := range o.spans {
		moments = append(moments, s.from, s.to)
	}
	slices.SortFunc(moments, time.Time.Compare)
	had := 0.0
	for i := 1; i < len(moments); i++ {
		at := moments[i-1].Add(moments[i].Sub(moments[i-1]) / 2)
		working := 0
		for _, s := range o.spans {
			if s.from.Before(at) && s.to.After(at) {
				working++
			}
		}
		had += moments[i].Sub(moments[i-1]).Seconds() * float64(min(o.admits, 5*working))
	}
	return float64(o.admitted) / had
}

func (o outcome) String() string {
	took := o.ended().Sub(o.begun())
	return fmt.Sprintf("%d runs of %d keys, %d calls/s admitted: %d requests for %d calls (%.3f), in %s: %.3f of what the server admits, %.3f of what was available",
		o.runs, o.keys, o.admits, o.sent, o.admitted, o.ratio(), took.Round(time.Millisecond),
		float64(o.admitted)/(float64(o.admits)*took.Seconds()), o.used())
}
