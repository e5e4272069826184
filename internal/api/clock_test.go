package api

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// skewed is a client on a machine whose clock shows noon, with a server whose clock is ahead. The server refuses a signature that
// is more than 5 minutes off, unless script has another answer.
func skewed(t *testing.T, ahead func() time.Duration, script ...reply) *rig {
	t.Helper()
	r := &rig{}
	r.serve(t, func(w http.ResponseWriter, req *http.Request, n int) {
		now := noon.Add(ahead())
		w.Header().Set("Date", now.Format(http.TimeFormat))
		a := script[min(n, len(script))-1]
		if signed, err := time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date")); a.status == 200 && err == nil && signed.Sub(now).Abs() > Tolerated {
			a = problem(401, "1", "")
		}
		a.write(w)
	})
	r.Client = r.client(t, Config{Endpoint: r.endpoint, Region: "eu-west-2", Credential: testKey, Now: func() time.Time { return noon }})
	return r
}

// An answer of the API shows the clock difference. Other answers do not.
func TestClock_followsDateHeader(t *testing.T) {
	for name, c := range map[string]struct {
		ahead  time.Duration
		answer reply
		want   time.Duration
	}{
		"an hour ahead":                         {time.Hour, ok(keysBody), time.Hour + time.Second/2},
		"three days behind":                     {-72 * time.Hour, ok(keysBody), -72*time.Hour + time.Second/2},
		"3 s ahead":                             {3 * time.Second, ok(keysBody), 3*time.Second + time.Second/2},
		"within the precision of a Date header": {time.Second, ok(keysBody), 0},
		"a refusal tells too":                   {time.Minute, problem(409, "9022", ""), time.Minute + time.Second/2},
		"a refused credential":                  {time.Hour, problem(401, "1", ""), time.Hour + time.Second/2},
		"a page of a proxy":                     {time.Hour, reply{status: 404, body: "<html>"}, 0},
		"JSON of somebody else":                 {time.Hour, reply{status: 404, body: `{"message":"no route"}`}, 0},
	} {
		r := skewed(t, func() time.Duration { return c.ahead }, c.answer)
		if r.clock.ahead() != 0 {
			t.Errorf("%s: before the first reply the offset is %v", name, r.clock.ahead())
		}
		_ = actions["ReadAccessKeys"](r.Client, context.Background())
		if r.clock.ahead() != c.want {
			t.Errorf("%s: offset %v, want %v", name, r.clock.ahead(), c.want)
		}
		if warned := strings.Contains(r.logged(), "3 the clock of this machine"); warned != (c.want.Abs() > Tolerated) {
			t.Errorf("%s: log %s", name, r.logged())
		}
	}
	none := http.Header{}
	if _, _, ok := measure(none, noon, noon); ok {
		t.Error("no header, no clock")
	}
	none.Set("Date", "yesterday")
	if _, _, ok := measure(none, noon, noon); ok {
		t.Error("a header that is no date tells nothing")
	}
}

// A slow answer shows less about the clocks. The client notices that the machine's clock was corrected. Each call is signed with
// the time by the last answer.
func TestClock_signsWithCorrectedTime(t *testing.T) {
	header := http.Header{"Date": {noon.Add(10 * time.Second).Format(http.TimeFormat)}}
	ahead, slack, ok := measure(header, noon, noon.Add(20*time.Second))
	if !ok || ahead.Abs() > slack {
		t.Errorf("%v off, exact to %v, after an answer that took 20 s", ahead, slack)
	}
	var off atomic.Int64
	off.Store(int64(time.Hour))
	r := skewed(t, func() time.Duration { return time.Duration(off.Load()) }, reply{status: 200, body: keysBody})
	call := func() string {
		if err := actions["ReadAccessKeys"](r.Client, context.Background()); err != nil {
			t.Fatal(err)
		}
		return r.heads[r.sent()-1].Get("X-Amz-Date")
	}
	for i, want := range []string{"20260102T130000Z", "20260102T130000Z"} {
		if got := call(); got != want {
			t.Errorf("call %d is signed %s, want %s", i+1, got, want)
		}
	}
	off.Store(0)
	call()
	if got := call(); got != "20260102T120000Z" || r.clock.ahead() != 0 {
		t.Errorf("after the clock was put right: signed %s, offset %v", got, r.clock.ahead())
	}
	if n := strings.Count(r.logged(), "3 the clock of this machine"); n != 1 {
		t.Errorf("%d warnings, want one", n)
	}
}

// strict is a server whose clock shows noon, and that refuses a signature that is more than 5 minutes off. A proxy dates its
// answers by ahead of that.
func strict(t *testing.T, ahead time.Duration, machine func() time.Time) *rig {
	t.Helper()
	r := &rig{}
	r.serve(t, func(w http.ResponseWriter, req *http.Request, _ int) {
		w.Header().Set("Date", noon.Add(ahead).Format(http.TimeFormat))
		signed, err := time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date"))
		if err != nil || signed.Sub(noon).Abs() > Tolerated {
			problem(401, "1", "").write(w)
			return
		}
		ok(keysBody).write(w)
	})
	r.Client = r.client(t, Config{Endpoint: r.endpoint, Region: "eu-west-2", Credential: testKey, Now: machine})
	return r
}

// The client ignores the date of a proxy if an accepted signature proves it wrong.
func TestClock_wrongDateHeader(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour, 10 * 365 * 24 * time.Hour, 6 * time.Minute} {
		r := strict(t, ahead, func() time.Time { return noon })
		for range 5 {
			if err := actions["ReadAccessKeys"](r.Client, t.Context()); err != nil {
				t.Fatalf("%v: %v", ahead, err)
			}
		}
		if got := r.Clock(); r.sent() != 5 || got != (Clock{Machine: noon, API: noon, Proven: true}) {
			t.Errorf("%v: %d requests, clock %+v", ahead, r.sent(), got)
		}
	}
}

// With a login nothing proves a clock: the client uses the headers, and says that the time is not proven.
func TestClock_login(t *testing.T) {
	r := skewed(t, func() time.Duration { return time.Hour }, ok(keysBody))
	c := r.client(t, Config{Endpoint: r.endpoint, Credential: Credential{Login: "me", Password: "hush"}, Now: func() time.Time { return noon }})
	if err := actions["ReadAccessKeys"](c, t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := c.Clock(); got.Proven || !got.Machine.Equal(noon) || got.API.Sub(noon).Round(time.Minute) != time.Hour {
		t.Errorf("%+v", got)
	}
}

// The client corrects a machine's clock that becomes wrong during a run, although it was proven before.
func TestClock_steppedAfterProof(t *testing.T) {
	var off atomic.Int64
	r := strict(t, 0, func() time.Time { return noon.Add(time.Duration(off.Load())) })
	for i, step := range []time.Duration{0, 2 * time.Hour, -3 * time.Hour, 0} {
		off.Store(int64(step))
		for range 2 {
			if err := actions["ReadAccessKeys"](r.Client, t.Context()); err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
		}
		if got := r.Clock(); !got.Proven || got.API.Sub(noon).Abs() > time.Second {
			t.Errorf("step %d: %+v", i, got)
		}
	}
	if r.sent() != 8+3 {
		t.Errorf("%d requests, want one more for each step", r.sent())
	}
}

// A call is repeated once after a 401, and only if its Date header shows that the signature's date was out of tolerance.
func TestClock_refusedDateCorrectedOnce(t *testing.T) {
	bad := problem(401, "1", "")
	for name, c := range map[string]struct {
		ahead  time.Duration
		script []reply
		want   int
		good   bool
	}{
		"off, then good":         {6 * time.Minute, []reply{bad, ok(keysBody)}, 2, true},
		"behind, then good":      {-6 * time.Minute, []reply{bad, ok(keysBody)}, 2, true},
		"off, and a bad secret":  {6 * time.Minute, []reply{bad}, 2, false},
		"in time, a bad secret":  {0, []reply{bad}, 1, false},
		"4 minutes, bad secret":  {4 * time.Minute, []reply{bad}, 1, false},
		"off, but locked out":    {6 * time.Minute, []reply{problem(401, "13", "")}, 1, false},
		"off, but unknown":       {6 * time.Minute, []reply{problem(400, "4120", "")}, 1, false},
		"off, but no right":      {6 * time.Minute, []reply{problem(401, "5", "")}, 1, false},
		"off, a page of a proxy": {6 * time.Minute, []reply{{status: 401, body: "<html>"}}, 1, false},
	} {
		r := skewed(t, func() time.Duration { return c.ahead }, c.script...)
		err := actions["CreateUser"](r.Client, context.Background())
		if r.sent() != c.want || (err == nil) != c.good && !IsLostAnswer(err) {
			t.Errorf("%s: %d requests, want %d: %v", name, r.sent(), c.want, err)
		}
	}
	// A password has no date.
	r := skewed(t, func() time.Duration { return time.Hour }, bad)
	login := r.client(t, Config{Endpoint: r.endpoint, Credential: Credential{Login: "me", Password: "hush"}, Now: func() time.Time { return noon }})
	if err := actions["ReadAccessKeys"](login, context.Background()); err == nil || r.sent() != 1 {
		t.Errorf("with a login: %d requests, %v", r.sent(), err)
	}
}

// The same with the simulator, whose clock is moved and which checks the date of signatures.
func TestClock_simulator(t *testing.T) {
	sim := simtest.Start(t)
	if err := sim.Simulator.MoveClock(30*24*time.Hour, true); err != nil {
		t.Fatal(err)
	}
	client := func(secret string) *Client {
		c, err := New(Config{Endpoint: sim.Endpoint, Region: "eu-west-2", Credential: Credential{AccessKeyID: sim.RootAccessKey, SecretKey: secret}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	good := client(sim.RootSecretKey)
	for range 3 {
		if err := actions["ReadAccessKeys"](good, context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	statuses := func(from int) (got []int) {
		for _, call := range sim.Simulator.Requests()[from:] {
			got = append(got, call.Status)
		}
		return got
	}
	if got := statuses(0); len(got) != 4 || got[0] != 401 || got[1] != 200 || got[3] != 200 {
		t.Errorf("statuses %v: one refusal, and none after it", got)
	}
	if off := good.clock.ahead() - 30*24*time.Hour; off.Abs() > time.Minute {
		t.Errorf("offset %v", good.clock.ahead())
	}
	// The lock-out needs four: a wrong secret costs one request, and two if the clock is also off.
	from := len(sim.Simulator.Requests())
	wrong := client(strings.Repeat("x", 40))
	if err := actions["ReadAccessKeys"](wrong, context.Background()); !IsUnauthorized(err) || len(statuses(from)) != 2 {
		t.Errorf("statuses %v, %v", statuses(from), err)
	}
	if err := sim.Simulator.Reset(); err != nil { // the record of calls is empty again as well
		t.Fatal(err)
	}
	from = len(sim.Simulator.Requests())
	if err := actions["ReadAccessKeys"](client(strings.Repeat("x", 40)), context.Background()); !IsUnauthorized(err) || len(statuses(from)) != 1 {
		t.Errorf("with the clock right: statuses %v, %v", statuses(from), err)
	}
}

func TestClock_difference(t *testing.T) {
	machine := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for ahead, off := range map[time.Duration]time.Duration{0: 0, 4 * time.Minute: 0, 6 * time.Minute: 6 * time.Minute, -time.Hour: -time.Hour} {
		c := Clock{Machine: machine, API: machine.Add(ahead), Proven: true}
		if c.Now() != c.API || c.Off() != off || c.Local(c.Now()) != machine {
			t.Errorf("ahead %s: now %s, off %s, local %s", ahead, c.Now(), c.Off(), c.Local(c.Now()))
		}
	}
}

// TestClock_notProven: a difference that a proxy may have written makes no time later.
func TestClock_notProven(t *testing.T) {
	machine := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for ahead, want := range map[time.Duration]time.Duration{0: 0, 10 * 365 * 24 * time.Hour: 0, 4 * time.Minute: 0, -time.Hour: -time.Hour} {
		c := Clock{Machine: machine, API: machine.Add(ahead)}
		if c.Now() != machine.Add(want) || c.Local(c.Now()) != machine {
			t.Errorf("ahead %s: now %s, local %s", ahead, c.Now(), c.Local(c.Now()))
		}
	}
}
