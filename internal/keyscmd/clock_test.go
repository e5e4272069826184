package keyscmd

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// moveAPIClock sets the API's clock 30 minutes ahead of the machine's. The API refuses signatures of another time.
func (r *rig) moveAPIClock() {
	r.t.Helper()
	r.now = func() time.Time { return r.Simulator.Now().Add(-30 * time.Minute) }
	if err := r.Simulator.MoveClock(30*time.Minute, true); err != nil {
		r.t.Fatal(err)
	}
}

// calls returns the actions after the first n requests.
func (r *rig) calls(n int) []string {
	var actions []string
	for _, request := range r.Simulator.Requests()[n:] {
		if request.Status == 200 {
			actions = append(actions, request.Action)
		}
	}
	return actions
}

// The key expires by the API's clock, without another call.
func TestExec_machineClockBehind(t *testing.T) {
	r := newRig(t)
	r.user("bob", nil)
	r.moveAPIClock()
	var left time.Duration
	r.start = func(context.Context, []string, []string) (int, error) {
		for _, k := range r.Simulator.State().AccessKeys {
			if k.ExpirationDate != nil {
				left = k.ExpirationDate.Sub(r.Simulator.Now())
			}
		}
		return 0, nil
	}
	before := len(r.Simulator.Requests())
	code, out, errOut := r.run("exec", "--user", "bob", "--for", "10m", "--", "true")
	if code != ExitOK || left < 9*time.Minute || left > 11*time.Minute {
		t.Errorf("exit code %d, the key had %s left: %s%s", code, left, out, errOut)
	}
	if got := r.calls(before); len(got) == 0 || got[0] != "ReadAccounts" || countOf(got, "ReadAccounts") != 1 {
		t.Errorf("calls %v", got)
	}
}

// The log is read up to the API's time, even in the usage of a key, which makes no call before.
func TestUsage_machineClockBehind(t *testing.T) {
	r := newRig(t)
	first, _ := busyUser(t, r, "ci")
	r.moveAPIClock()
	if _, err := r.from("192.0.2.7", first, "late").ReadUsers(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, who := range []string{first.ID, "ci"} {
		before := len(r.Simulator.Requests())
		code, out, errOut := r.run("usage", who, "--since", "10m", "--output", "json")
		var got usageResult
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != ExitOK || got.Calls == 0 {
			t.Fatalf("%s: exit code %d, %v: %s%s", who, code, err, out, errOut)
		}
		until, err := time.Parse(time.RFC3339, got.Until)
		if err != nil || r.Simulator.Now().Sub(until).Abs() > time.Minute {
			t.Errorf("%s: until %s, %v", who, got.Until, err)
		}
		if n := countOf(r.calls(before), "ReadApiLogs"); n > 2 {
			t.Errorf("%s: %d pages of the log", who, n)
		}
	}
}

// scan-state uses the API's clock to tell whether a key has expired.
func TestScanState_machineClockBehind(t *testing.T) {
	r := newRig(t)
	soon := r.Simulator.Now().Add(10 * time.Minute).UTC().Truncate(time.Second)
	bobs := r.user("bob", &soon)
	r.moveAPIClock()
	file := r.file("s.tfstate", `{"version": 4, "resources": [{"mode": "managed", "type": "outscale_access_key", "name": "k", "instances": [
		{"attributes": {"access_key_id": "`+bobs.ID+`", "secret_key": "`+clear+`"}}]}]}`)
	if code, out, errOut := r.run("scan-state", file); code != ExitFindings || !strings.Contains(out, "expired") {
		t.Errorf("exit code %d: %s%s", code, out, errOut)
	}
}

func countOf(all []string, wanted string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s != wanted }))
}
