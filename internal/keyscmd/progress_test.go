package keyscmd

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// If the API fails for the rights of every user, the audit stops reading rights, says so, and shows the rest.
func TestAudit_rightsFail(t *testing.T) {
	r := newRig(t)
	for i := range 5 {
		r.user(fmt.Sprintf("user%d", i), nil)
	}
	r.Endpoint = r.front.URL + "/api/v1"
	calls := 0
	r.status = http.StatusNotImplemented // a failure that the client does not repeat
	r.refuse = func(action string) bool {
		if action != "ReadLinkedPolicies" {
			return false
		}
		calls++
		return true
	}
	code, out, errOut := r.run("audit")
	if code != ExitFindings || calls != 2 || !strings.Contains(out, "6 keys, incomplete\n") {
		t.Errorf("exit code %d, %d calls: %s", code, calls, out)
	}
	for _, want := range []string{"Rights are not known: user user0: ", "Rights are not known: user user1: ", "\nThe rights of 3 more users were not read, because the API failed"} {
		if !strings.Contains(errOut, want) {
			t.Errorf("%q is not in %s", want, errOut)
		}
	}
}

// If the API fails for the maximum lifetime of keys, a list does not need it, and an audit says that it is not known.
func TestList_policyFails(t *testing.T) {
	r := newRig(t)
	r.Endpoint, r.status = r.front.URL+"/api/v1", http.StatusNotImplemented // a failure that the client does not repeat
	r.refuse = func(action string) bool { return action == "ReadApiAccessPolicy" }
	if code, out, errOut := r.run("list"); code != ExitOK || !strings.Contains(out, r.RootAccessKey) || errOut != "" {
		t.Errorf("list: exit code %d: %s%s", code, out, errOut)
	}
	code, out, errOut := r.run("audit")
	if code != ExitFindings || !strings.Contains(out, "1 key, incomplete\n") || !strings.Contains(errOut, "maximum lifetime of keys is not known: ReadApiAccessPolicy: HTTP 501") {
		t.Errorf("audit: exit code %d: %s%s", code, out, errOut)
	}
}

// A command says what it waits for after 5 seconds, and at most every 30 seconds.
func TestLogWait(t *testing.T) {
	var errOut bytes.Buffer
	var now time.Time
	a := &app{host: Host{Err: &errOut, Now: func() time.Time { return now }}}
	a.waits.next = now.Add(firstWait)
	for _, after := range []int{0, 4, 5, 6, 34, 35} {
		now = time.Time{}.Add(time.Duration(after) * time.Second)
		a.logWait(t.Context(), api.LevelDebug, "API call", nil)
		a.logWait(t.Context(), api.LevelInfo, "waiting", map[string]any{"action": fmt.Sprint("Read", after), "reason": "the API failed", "wait_ms": int64(500)})
	}
	if want := "waiting for Read5: the API failed, next attempt in 500ms\nwaiting for Read35: the API failed, next attempt in 500ms\n"; errOut.String() != want {
		t.Errorf("got %q, want %q", errOut.String(), want)
	}
}

// A list that is throttled says so, on a terminal and without one.
func TestList_throttled(t *testing.T) {
	for _, columns := range []int{0, 200} {
		r := newRig(t)
		r.columns = columns
		var ahead atomic.Int64
		r.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		throttle := nthCall("ReadUsers", 1)
		r.Endpoint, r.status = r.front.URL+"/api/v1", http.StatusTooManyRequests
		r.refuse = func(action string) bool {
			refused := throttle(action)
			if refused {
				ahead.Store(int64(firstWait))
			}
			return refused
		}
		code, out, errOut := r.run("list", "--usage-days", "0")
		if code != ExitOK || !strings.Contains(out, "(root)") || !strings.Contains(errOut, "waiting for ReadUsers: throttled, at most ") {
			t.Errorf("%d columns: exit code %d: %s%q", columns, code, out, errOut)
		}
	}
}
