package provider_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// TestRunsShareTheRate is TestSoakEightRuns in small: what it costs in requests, not how long it takes.
func TestRunsShareTheRate(t *testing.T) {
	t.Parallel()
	c := contention{runs: 3, keys: 8, admits: 5}
	f := c.fight(t)
	t.Log(f)
	// Without adapting they would send three requests for each call.
	if f.ratio() > 1.4 {
		t.Errorf("%.3f requests for each call needed, at most 1.4", f.ratio())
	}
}

// TestSoakEightRuns: eight runs of 30 keys each at once, each a process of its own at its default of 5 requests a second,
// against an API that admits 10 in all.
func TestSoakEightRuns(t *testing.T) {
	Soak(t)
	c := contention{runs: 8, keys: 30, admits: 10}
	f := c.fight(t)
	t.Log(f)
	if f.ratio() > 1.15 {
		t.Errorf("%.3f requests for each call needed, at most 1.15", f.ratio())
	}
	if f.used() < 0.9 {
		t.Errorf("%.3f of what was to be had was used, at least 0.9", f.used())
	}
}

// contention is some runs that make keys, ten a user, at an API that admits so many calls a second.
type contention struct{ runs, keys, admits int }

// writes is how many calls the runs need that change something: one for each user, two for each key.
func (c contention) writes() int { return c.runs * ((c.keys+9)/10 + 2*c.keys) }

// fight does the runs at once. Each must finish.
func (c contention) fight(t *testing.T) fought {
	t.Helper()
	w := New(t)
	var spaces []*Workspace
	for run := range c.runs {
		var b strings.Builder
		b.WriteString("provider \"outscale\" {}\n") // its own pace, not the tests' unlimited one
		for user := range (c.keys + 9) / 10 {
			n := min(10, c.keys-10*user)
			fmt.Fprintf(&b, "resource \"outscale_user\" \"u%d\" {\n  user_name = \"run%d-%d\"\n}\n"+
				"resource \"outscale_access_key\" \"u%d\" {\n  count = %d\n  user_name = outscale_user.u%d.user_name\n}\n", user, run, user, user, n, user)
		}
		spaces = append(spaces, w.Workspace(b.String()))
	}
	w.Must(w.Simulator.SetFaults([]simulator.Fault{{Kind: "throttle", Rate: float64(c.admits)}}))
	var all sync.WaitGroup
	for _, s := range spaces {
		started := s.Start("apply", "-auto-approve", "-input=false", "-no-color")
		all.Go(func() {
			if r := started.Wait(); r.Code != 0 {
				t.Errorf("a run ended with %d:\n%s", r.Code, r.Output)
			}
		})
	}
	all.Wait()
	f := fought{contention: c, spans: make([]span, c.runs)}
	for _, call := range w.Simulator.Requests() {
		f.count(t, call)
	}
	if f.written != c.writes() || len(w.Keys()) != c.runs*c.keys {
		t.Errorf("%d writes were admitted, %d are needed; %d keys exist", f.written, c.writes(), len(w.Keys()))
	}
	return f
}

// span is from a run's first call to its last.
type span struct{ from, to time.Time }

// fought is what came of it.
type fought struct {
	contention
	sent     int // requests
	admitted int // of them, those that were let through: the calls that were needed
	written  int // of them, those that change something
	spans    []span
}

// count takes a call in; the user it is about tells whose run made it.
func (f *fought) count(t *testing.T, call simulator.Request) {
	t.Helper()
	if f.sent++; call.Fault == "" {
		if f.admitted++; !strings.HasPrefix(call.Action, "Read") {
			f.written++
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
	s := &f.spans[run]
	if s.from.IsZero() || call.Time.Before(s.from) {
		s.from = call.Time
	}
	if call.Time.After(s.to) {
		s.to = call.Time
	}
}

func (f fought) ratio() float64 { return float64(f.sent) / float64(f.admitted) }

// begun and ended bound the whole.
func (f fought) begun() time.Time {
	return slices.MinFunc(f.spans, func(a, b span) int { return a.from.Compare(b.from) }).from
}

func (f fought) ended() time.Time {
	return slices.MaxFunc(f.spans, func(a, b span) int { return a.to.Compare(b.to) }).to
}

// used is the part of what was to be had: what the API admits, or what the runs at work may ask for where that is less,
// as when one alone is left with its 5 calls a second.
func (f fought) used() float64 {
	var moments []time.Time
	for _, s := range f.spans {
		moments = append(moments, s.from, s.to)
	}
	slices.SortFunc(moments, time.Time.Compare)
	had := 0.0
	for i := 1; i < len(moments); i++ {
		at := moments[i-1].Add(moments[i].Sub(moments[i-1]) / 2)
		working := 0
		for _, s := range f.spans {
			if s.from.Before(at) && s.to.After(at) {
				working++
			}
		}
		had += moments[i].Sub(moments[i-1]).Seconds() * float64(min(f.admits, 5*working))
	}
	return float64(f.admitted) / had
}

func (f fought) String() string {
	took := f.ended().Sub(f.begun())
	return fmt.Sprintf("%d runs of %d keys, %d calls/s admitted: %d requests for %d calls (%.3f), in %s: %.3f of what the server admits, %.3f of what was to be had",
		f.runs, f.keys, f.admits, f.sent, f.admitted, f.ratio(), took.Round(time.Millisecond),
		float64(f.admitted)/(float64(f.admits)*took.Seconds()), f.used())
}
