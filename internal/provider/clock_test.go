package provider_test

import (
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// clockIsOff is the summary of the warning.
const clockIsOff = "Clock of this machine is off"

// TestAClockThatIsOffIsCorrectedAndTold: the API moves three days on and accepts nothing that is signed by the old time.
// The run goes through all the same, at the cost of one refusal a process, and says so once.
func TestAClockThatIsOffIsCorrectedAndTold(t *testing.T) {
	t.Parallel()
	w := New(t)
	mark := w.Mark()
	w.Must(w.Simulator.MoveClock(72*time.Hour, true))
	expires := `expiration_date = "` + w.Date(time.Hour) + `"`
	s := w.Workspace(User("this", `user_name = "alice"`) + Key("this", "user_id = outscale_user.this.user_id", expires) +
		Key("other", "user_id = outscale_user.this.user_id"))
	r := s.Run("apply", "-auto-approve", "-input=false", "-no-color")
	if r.Code != 0 {
		t.Fatalf("apply ended with %d:\n%s", r.Code, r.Output)
	}
	r.Contains(t, "Warning: "+clockIsOff, "It is 72h0m0s behind the clock of the OUTSCALE API at "+w.Endpoint+", which tolerates", "Set the clock of this machine")
	if n := count(r.Output, clockIsOff); n != 1 {
		t.Errorf("%d warnings, want one", n)
	}
	// The CLI plans and applies with a process of the provider each: one refusal for each, and never a second in a row.
	refused, before := 0, 0
	for _, call := range mark.Calls() {
		if call.Status == 401 {
			refused++
			if before == 401 {
				t.Errorf("%s was refused after another call was", call.Action)
			}
		}
		before = call.Status
	}
	if refused < 1 || refused > 2 {
		t.Errorf("%d calls were refused, want the first one of each process alone", refused)
	}

	// What has expired is decided by the API's clock, in the very plan whose first answer tells it.
	w.Must(w.Simulator.MoveClock(2*time.Hour, true))
	s.Plan().Contains(t, "Access key has expired", "It is 74h0m0s behind")
}

// TestAClockWithinReasonIsNotTold, and one whose offset nobody can measure neither.
func TestAClockWithinReasonIsNotTold(t *testing.T) {
	t.Parallel()
	w := New(t)
	w.Must(w.Simulator.MoveClock(4*time.Minute, true))
	s := w.Workspace(User("this", `user_name = "alice"`))
	if r := s.Run("apply", "-auto-approve", "-input=false", "-no-color"); r.Code != 0 || strings.Contains(r.Output, clockIsOff) {
		t.Errorf("apply ended with %d:\n%s", r.Code, r.Output)
	}
	for _, call := range w.Simulator.Requests() {
		if call.Status != 200 {
			t.Errorf("%s was answered with %d", call.Action, call.Status)
		}
	}
}
