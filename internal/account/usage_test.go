package account

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest/apitest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// logOf is a fake's log: every key has its calls at these times before auditDay, pages hold two calls.
func logOf(keys map[string][]time.Duration) func(after, before time.Time, token string) api.CallPage {
	return func(after, before time.Time, token string) api.CallPage {
		var calls []api.Call
		for id, agos := range keys {
			for _, ago := range agos {
				if at := auditDay.Add(-ago); !at.Before(after) && !at.After(before) {
					calls = append(calls, api.Call{AccessKeyID: id, At: at})
				}
			}
		}
		slices.SortFunc(calls, func(a, b api.Call) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.AccessKeyID, b.AccessKeyID)) })
		skip := 0
		_, _ = fmt.Sscan(token, &skip)
		page := api.CallPage{Calls: calls[min(skip, len(calls)):min(skip+2, len(calls))]}
		if skip+2 < len(calls) {
			page.Next = fmt.Sprint(skip + 2)
		}
		return page
	}
}

func TestUsage_countsEachCallOnce(t *testing.T) {
	f := &apitest.Fake{Page: logOf(map[string][]time.Duration{
		// At and around the borders of the parts of the log: 1 h, 7 h, 43 h, 259 h.
		"BUSY":   {0, hour, hour + time.Millisecond, 7 * hour, 7*hour + time.Millisecond, 43 * hour, 259 * hour, 32 * day},
		"OLD":    {31 * day, 30 * day},
		"GONE":   {32*day + time.Millisecond},
		"RECENT": {time.Minute},
	})}
	u, err := service(f).Usage(bg, UsageQuery{Back: LogKept, Pages: 100})
	if err != nil || !u.Readable || !u.Whole || !u.From.Equal(auditDay.Add(-32*day)) || !u.Until.Equal(auditDay) {
		t.Fatalf("got %+v, %v", u, err)
	}
	ago := func(d time.Duration) time.Time { return auditDay.Add(-d) }
	for id, want := range map[string]Count{
		"BUSY": {8, 0, ago(32 * day), ago(0)}, "OLD": {2, 0, ago(31 * day), ago(30 * day)}, "GONE": {},
		"RECENT": {1, 0, ago(time.Minute), ago(time.Minute)},
	} {
		if u.Keys[id].Count != want {
			t.Errorf("%s: %+v, want %+v", id, u.Keys[id], want)
		}
	}
}

func TestUsage_quietAccount(t *testing.T) {
	f := &apitest.Fake{Page: logOf(nil)}
	if u, err := service(f).Usage(bg, UsageQuery{Back: LogKept, Pages: 5}); err != nil || !u.Whole {
		t.Errorf("got %+v, %v", u, err)
	}
	if n := f.Count("ReadApiLogs"); n != 5 {
		t.Errorf("%d pages", n)
	}
	for i := 1; i < len(f.Calls); i++ {
		if newer, older := f.Calls[i-1], f.Calls[i]; older.To != newer.From.Add(-time.Millisecond) {
			t.Errorf("slice %d ends at %s, the one after it begins at %s", i, older.To, newer.From)
		}
	}
}

// The log of a busy account is read up to the limit of pages: the newest part, with its start.
func TestUsage_busyAccount(t *testing.T) {
	var every10Minutes []time.Duration
	for ago := time.Duration(0); ago <= LogKept; ago += 10 * time.Minute {
		every10Minutes = append(every10Minutes, ago)
	}
	for _, pages := range []int{1, 3, 4, 5, 20, 100} {
		f := &apitest.Fake{Page: logOf(map[string][]time.Duration{"AK1": every10Minutes})}
		u, err := service(f).Usage(bg, UsageQuery{Back: LogKept, Pages: pages})
		if n := f.Count("ReadApiLogs"); err != nil || n > pages || u.Whole {
			t.Errorf("%d pages: %d read, whole %v, %v", pages, n, u.Whole, err)
		}
		if want := int(u.Until.Sub(u.From)/(10*time.Minute)) + 1; u.From != u.Until && (u.Keys["AK1"].Calls != want || u.Keys["AK1"].Last != auditDay) {
			t.Errorf("%d pages: since %s %+v, want %d calls", pages, u.From, u.Keys["AK1"], want)
		}
		// Each page has 20 minutes of calls. Most of the pages that were read must be used.
		if pages >= 20 && u.Until.Sub(u.From) < time.Duration(pages)*10*time.Minute {
			t.Errorf("%d pages reach back %s only", pages, u.Until.Sub(u.From))
		}
	}
}

func TestUsage_refused(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		fails  bool
	}{{403, "4", false}, {400, "5011", false}, {500, "0", true}, {401, "1", true}} {
		u, err := service(&apitest.Fake{Before: func(apitest.Call) error { return apitest.Refusal(c.status, c.code) }}).Usage(bg, UsageQuery{Back: LogKept, Pages: 100})
		var refused *api.Error
		if u.Readable || errors.As(err, &refused) != c.fails {
			t.Errorf("%d/%s: %+v, %v", c.status, c.code, u, err)
		}
	}
}

// If the answer with the first page is the first that shows the API's clock, the reading begins again, once.
func TestUsage_clockKnownFromFirstPage(t *testing.T) {
	f := &apitest.Fake{}
	f.Page = func(time.Time, time.Time, string) api.CallPage {
		f.Ahead = min(f.Ahead+hour, 5*hour)
		return api.CallPage{}
	}
	u, err := service(f).Usage(bg, UsageQuery{Back: hour, Pages: 5})
	if n := f.Count("ReadApiLogs"); err != nil || !u.Whole || n != 2 || !u.Until.Equal(auditDay.Add(hour)) {
		t.Errorf("%d pages, %+v, %v", n, u, err)
	}
}

// With a login, a gateway may have written the date of the answers: the log is read up to the machine's time.
func TestUsage_clockNotProven(t *testing.T) {
	f := &apitest.Fake{Unproven: true}
	f.Page = func(time.Time, time.Time, string) api.CallPage {
		f.Ahead = 10 * 365 * 24 * hour
		return api.CallPage{}
	}
	u, err := service(f).Usage(bg, UsageQuery{Back: hour, Pages: 5})
	if n := f.Count("ReadApiLogs"); err != nil || !u.Whole || n != 1 || !u.Until.Equal(auditDay) {
		t.Errorf("%d pages, %+v, %v", n, u, err)
	}
}

// A log with more than one page on each side of a border, read by the real client.
func TestUsage_simulator(t *testing.T) {
	w := apitest.NewWorld(t)
	s, _, _ := services(w.Client, w.Sim.Now)
	sign := func(n int) {
		for range n {
			if _, err := w.Client.ReadUsers(bg, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	sign(1)
	w.Advance(30 * hour)
	sign(1050)
	w.Called()
	began := w.Sim.Now()
	u, err := s.Usage(bg, UsageQuery{Back: LogKept, Pages: 100})
	use := u.Keys[simtest.RootAccessKey]
	if err != nil || !u.Whole || use.Last.After(w.Sim.Now()) || began.Sub(use.Last) > time.Minute {
		t.Errorf("%+v, %v", u, err)
	}
	// The calls that read the log are in the log too.
	if read := w.Called()["ReadApiLogs"]; read != 6 || use.Calls < 1051 || use.Calls > 1051+read {
		t.Errorf("%d calls found with %d pages", use.Calls, read)
	}
}

// Counts of calls: actions by day, clients, addresses, refusals. Only the requested ones are kept.
func TestUsage_counts(t *testing.T) {
	at := func(ago time.Duration, action, address string, refused bool) api.Call {
		return api.Call{AccessKeyID: "AK1", At: auditDay.Add(-ago), Action: action, Address: address, Client: "c", Refused: refused}
	}
	f := &apitest.Fake{Page: func(after, before time.Time, _ string) (page api.CallPage) {
		for _, call := range []api.Call{at(2*day, "A", "1", false), at(day, "A", "2", true), at(day, "B", "1", false), at(0, "A", "1", true)} {
			if !call.At.Before(after) && !call.At.After(before) {
				page.Calls = append(page.Calls, call)
			}
		}
		return page
	}}
	s := service(f)
	u, err := s.Usage(bg, UsageQuery{Back: LogKept, Pages: 9, Keys: []string{"AK1"}, Places: true, Calls: true, Place: func(a string) string { return "net" + a }})
	if err != nil {
		t.Fatal(err)
	}
	use := u.Keys["AK1"]
	if a := use.ByAction()["A"]; a.Calls != 3 || a.Refused != 2 || a.First != auditDay.Add(-2*day) || a.Last != auditDay || len(use.Actions) != 4 {
		t.Errorf("action A: %+v of %+v", a, use.Actions)
	}
	if use.Calls != 4 || use.Places["net1"].Calls != 3 || use.Places["net2"].Refused != 1 || use.Clients["c"].Calls != 4 {
		t.Errorf("%+v", use)
	}
	u, err = s.Usage(bg, UsageQuery{Back: LogKept, Pages: 9})
	if use := u.Keys["AK1"]; err != nil || use.Calls != 4 || use.Actions != nil || use.Places != nil || use.Clients != nil {
		t.Errorf("not asked for: %+v, %v", use, err)
	}
}

// The holder of a key can choose any client name, so the number of names in memory is limited.
func TestUsage_bounded(t *testing.T) {
	n := 0
	f := &apitest.Fake{Page: func(time.Time, time.Time, string) (page api.CallPage) {
		for range 1000 {
			n++
			page.Calls = append(page.Calls, api.Call{AccessKeyID: "AK1", At: auditDay, Client: fmt.Sprint(n), Address: fmt.Sprint(n)})
		}
		return page
	}}
	u, err := service(f).Usage(bg, UsageQuery{Back: LogKept, Pages: 9, Places: true, Calls: true})
	use := u.Keys["AK1"]
	if err != nil || len(use.Clients) > maxDistinct+1 || len(use.Places) > maxDistinct+1 || use.Clients[Others].Calls < use.Calls-maxDistinct {
		t.Errorf("%d clients, %d places of %d calls, %v", len(use.Clients), len(use.Places), use.Calls, err)
	}
}

// If a page of the log fails, the part that was read before is kept, with its start.
func TestUsage_breaksOff(t *testing.T) {
	for broken, known := range map[int]bool{1: false, 3: true} {
		f := &apitest.Fake{Page: logOf(map[string][]time.Duration{"AK1": {time.Minute}}), Before: apitest.On("ReadApiLogs", broken, apitest.Refusal(500, "0"))}
		u, err := service(f).Usage(bg, UsageQuery{Back: LogKept, Pages: 9})
		if known != (err == nil) || known != (u.Ended != nil) || u.Whole || known && (u.Keys["AK1"].Calls != 1 || !u.From.Equal(auditDay.Add(-7*hour))) {
			t.Errorf("call %d: %+v, %v", broken, u, err)
		}
	}
}
