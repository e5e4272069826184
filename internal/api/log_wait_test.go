package api

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Before every long wait the client logs the action, the reason and the duration at INFO.
func TestLog_everyWait(t *testing.T) {
	for name, c := range map[string]struct {
		perSecond float64
		of        func(n int) reply
		reason    string
		atLeast   int64 // ms
	}{
		"throttled":  {5, func(n int) reply { return replyOnce(n == 3, problem(429, "24", "")) }, reasonThrottled, 100},
		"older form": {5, func(n int) reply { return replyOnce(n == 3, problem(503, "6", "")) }, reasonThrottled, 100},
		"Retry-After": {5, func(n int) reply {
			return replyOnce(n == 3, reply{status: 429, header: map[string]string{"Retry-After": "9"}})
		}, reasonThrottled, 9000},
		"under load":     {5, func(n int) reply { return replyOnce(n == 3, problem(400, "4120", "")) }, reasonLoad, 2000},
		"the API failed": {5, func(n int) reply { return replyOnce(n == 3, problem(500, "0", "")) }, "the API failed", 100},
		"cut":            {5, func(n int) reply { return replyOnce(n == 3, reply{}) }, "the endpoint was not reached", 100},
		"a slow pace":    {1, func(int) reply { return ok(keysBody) }, "rate limit", 5000},
	} {
		synctest.Test(t, func(t *testing.T) {
			j := &fakeAPI{of: c.of}
			client := j.client(t, c.perSecond)
			var mu sync.Mutex
			logged := false
			client.log = func(_ context.Context, level Level, _ string, fields map[string]any) {
				mu.Lock()
				defer mu.Unlock()
				if ms, waits := fields["wait_ms"].(int64); level == LevelInfo && waits && fields["action"] == "ReadAccessKeys" {
					logged = logged || fields["reason"] == c.reason && ms >= c.atLeast
				}
			}
			begun := time.Now()
			if failed := all(client, 20); len(failed) > 0 {
				t.Errorf("%s: %v", name, failed[0])
			}
			if !logged || time.Since(begun) < time.Duration(c.atLeast)*time.Millisecond {
				t.Errorf("%s: the log has no wait with the reason %q, after %v", name, c.reason, time.Since(begun))
			}
		})
	}
}

// replyOnce returns a if it is due, and a success otherwise.
func replyOnce(due bool, a reply) reply {
	if due {
		return a
	}
	return ok(keysBody)
}
