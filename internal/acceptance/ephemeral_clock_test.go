package acceptance_test

import (
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestARunScopedKeyLivesByTheAPIsClock, on a machine whose clock is three days behind.
func TestARunScopedKeyLivesByTheAPIsClock(t *testing.T) {
	t.Parallel()
	w := New(t)
	w.Must(w.Simulator.MoveClock(72*time.Hour, true))
	mark := w.Mark()
	s := w.Workspace(runKey(`lifetime = "30m"`) + consumer)
	s.Must(apply...).Contains(t, "Clock of this machine is off")
	created, err := mark.Body("CreateAccessKey")
	w.Must(err)
	at, err := time.Parse(time.RFC3339, created["ExpirationDate"].(string))
	w.Must(err)
	// The API tells its time in whole seconds, and the plan's first call may have been under way for a while.
	if left := at.Sub(w.Simulator.Now()); left > 30*time.Minute+5*time.Second || left < 25*time.Minute {
		t.Errorf("made with %s to live, want 30 minutes", left)
	}
}
