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
		// On and around the seams of slices: 1 h, 7 h, 43 h, 259 h.
		"BUSY":   {0, hour, hour + time.Millisecond, 7 * hour, 7*hour + time.Millisecond, 43 * hour, 259 * hour, 32 * day},
		"OLD":    {31 * day, 30 * day},
		"GONE":   {32*day + time.Millisecond},
		"RECENT": {time.Minute},
	})}
	u, err := service(f).Usage(bg, LogKept, 100)
	if err != nil || !u.Readable || !u.Whole || !u.From.Equal(auditDay.Add(-32*day)) || !u.Until.Equal(auditDay) {
		t.Fatalf("got %+v, %v", u, err)
	}
	for id, want := range map[string]Use{
		"BUSY": {8, auditDay}, "OLD": {2, auditDay.Add(-30 * day)}, "GONE": {}, "RECENT": {1, auditDay.Add(-time.Minute)},
	} {
		if u.Keys[id] != want {
			t.Errorf("%s: %+v, want %+v", id, u.Keys[id], want)
		}
	}
}

func TestUsage_quietAccount(t *testing.T) {
	f := &apitest.Fake{Page: logOf(nil)}
	if u, err := service(f).Usage(bg, LogKept, 5); err != nil || !u.Whole {
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

// A busy account is read as far as the pages go: what was read reaches up to now, and says from when on.
func TestUsage_busyAccount(t *testing.T) {
	var every10Minutes []time.Duration
	for ago := time.Duration(0); ago <= LogKept; ago += 10 * time.Minute {
		every10Minutes = append(every10Minutes, ago)
	}
	for _, pages := range []int{1, 3, 4, 5, 20, 100} {
		f := &apitest.Fake{Page: logOf(map[string][]time.Duration{"AK1": every10Minutes})}
		u, err := service(f).Usage(bg, LogKept, pages)
		if n := f.Count("ReadApiLogs"); err != nil || n > pages || u.Whole {
			t.Errorf("%d pages: %d read, whole %v, %v", pages, n, u.Whole, err)
		}
		if want := int(u.Until.Sub(u.From)/(10*time.Minute)) + 1; u.From != u.Until && u.Keys["AK1"] != (Use{want, auditDay}) {
			t.Errorf("%d pages: since %s %+v, want %d calls", pages, u.From, u.Keys["AK1"], want)
		}
		// Each page is worth 20 minutes; most of what was paid for must show.
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
		u, err := service(&apitest.Fake{Before: func(apitest.Call) error { return apitest.Refusal(c.status, c.code) }}).Usage(bg, LogKept, 100)
		var refused *api.Error
		if u.Readable || errors.As(err, &refused) != c.fails {
			t.Errorf("%d/%s: %+v, %v", c.status, c.code, u, err)
		}
	}
}

// A log of more than a page, on each side of a seam, through the client.
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
	u, err := s.Usage(bg, LogKept, 100)
	use := u.Keys[simtest.RootAccessKey]
	if err != nil || !u.Whole || use.Last.After(w.Sim.Now()) || began.Sub(use.Last) > time.Minute {
		t.Errorf("%+v, %v", u, err)
	}
	// The reading itself is in the log as it goes on.
	if read := w.Called()["ReadApiLogs"]; read != 6 || use.Calls < 1051 || use.Calls > 1051+read {
		t.Errorf("%d calls found with %d pages", use.Calls, read)
	}
}
