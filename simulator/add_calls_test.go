package simulator

import (
	"fmt"
	"testing"
	"time"
)

// Added calls are listed in the order of their times, not in the order in which they were added.
func TestAddCalls(t *testing.T) {
	r := newHarness(t)
	var calls []LoggedCall
	for _, hour := range []int{3, 1, 5, 2, 4} {
		calls = append(calls, LoggedCall{
			Time: r.Now().Add(-time.Duration(hour) * time.Hour), AccessKeyID: r.RootAccessKey(), Action: fmt.Sprintf("Call%d", hour), Address: "192.0.2.7", UserAgent: "tool",
			Status: map[int]int{4: 403}[hour],
		})
	}
	if err := r.AddCalls(calls); err != nil {
		t.Fatal(err)
	}
	var names []any
	for token := ""; ; {
		page := r.must("ReadApiLogs", `{"ResultsPerPage":2,"Filters":{"QueryIpAddresses":["192.0.2.7"],"QueryUserAgents":["tool"]}%s}`, token)
		for _, one := range objects(page["Logs"]) {
			names = append(names, one["QueryCallName"], one["ResponseStatusCode"])
		}
		next, more := page["NextPageToken"]
		if !more {
			break
		}
		token = fmt.Sprintf(`,"NextPageToken":%q`, next)
	}
	if got := fmt.Sprint(names); got != "[Call5 200 Call4 403 Call3 200 Call2 200 Call1 200]" {
		t.Error(got)
	}
}

// RequestBytes limits the size of the log.
func TestAddCalls_limit(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Limits.RequestBytes = 5000 })
	if err := r.AddCalls(make([]LoggedCall, 50)); err != nil || len(r.Requests()) > 12 || len(r.Requests()) < 5 {
		t.Errorf("%d calls kept, %v", len(r.Requests()), err)
	}
}
