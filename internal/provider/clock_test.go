package provider_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// clockIsOff is the summary of the warning.
const clockIsOff = "Clock of this machine is off"

// TestProvider_clockIsOff: the API is three days ahead and accepts nothing that is signed by the time of the machine. Each
// process goes on all the same, at the cost of one refusal, and says so once.
func TestProvider_clockIsOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.CreateUser("alice")
	h.NoError(h.Simulator.MoveClock(72*time.Hour, true))
	config := acctest.Args{"user_name": "alice", "expiration_date": h.Date(time.Hour)}
	first, second := h.NewResource("outscale_access_key"), h.NewResource("outscale_access_key")
	planning, applying := h.Start(), h.Start()
	plans := []*acctest.Plan{planning.Plan(first, config), planning.Plan(second, config)}
	var planned, applied int // warnings
	for _, plan := range plans {
		done := applying.Apply(plan, config)
		done.ExpectNoErrors()
		planned, applied = planned+plan.Count(clockIsOff), applied+done.Apply.Count(clockIsOff)
	}
	if planned > 1 || applied != 1 {
		t.Errorf("%d warnings in the plan and %d in the apply, want one", planned, applied)
	}
	refused, before := 0, 0
	for _, call := range h.Requests() {
		if call.Status == 401 {
			if refused++; before == 401 {
				t.Errorf("%s was refused after another call was", call.Action)
			}
		}
		before = call.Status
	}
	if refused != 2 {
		t.Errorf("%d calls were refused, want the first one of each process", refused)
	}

	// What has expired is decided by the API's clock, in the very plan whose first answer tells it.
	h.NoError(h.Simulator.MoveClock(2*time.Hour, true))
	plan := first.Plan(config)
	plan.ExpectWarning("Access key has expired")
	plan.ExpectWarning(clockIsOff, "74h0m", "behind", h.Endpoint)
}

// TestProvider_clockWithinTolerance is not warned of, and refuses nothing.
func TestProvider_clockWithinTolerance(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.NoError(h.Simulator.MoveClock(4*time.Minute, true))
	created := h.NewResource("outscale_user").Apply(acctest.Args{"user_name": "alice"})
	created.ExpectNone()
	for _, call := range h.Requests() {
		if call.Status != 200 {
			t.Errorf("%s was answered with %d", call.Action, call.Status)
		}
	}
}
