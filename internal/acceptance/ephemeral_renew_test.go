package acceptance_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// TestTheCLIRenews: the provider's clock is behind the CLI's, so that the moment of renewal, half of 10 minutes ahead on
// the provider's, is soon on the CLI's.
func TestTheCLIRenews(t *testing.T) {
	const soon = 500 * time.Millisecond
	w := New(t, func(o *simulator.Options) {
		o.Now = func() time.Time { return time.Now().Add(soon - 5*time.Minute) }
	})
	gate := w.Gate()
	held := gate.HoldRequest("CreateUser")
	var mark *Mark
	s := w.TestTraced(resource.TestStep{
		PreConfig: func() {
			mark = w.Mark()
			go func() {
				defer held.Release()
				<-held.Arrived()
				Reached(func() bool { return len(expiries(mark)) >= 4 })
			}()
		},
		Config: runKey(`lifetime = "10m"`, `tag = "of the run"`) + consumer,
		Check: func(*terraform.State) error {
			// The plan's key was created and finished, the apply's as well; what follows are renewals.
			dates := expiries(mark)
			if len(dates) < 4 {
				return fmt.Errorf("the expiry was sent %d times", len(dates))
			}
			if last := dates[len(dates)-1]; !last.After(dates[1]) {
				return fmt.Errorf("the expiry went from %s to %s", dates[1], last)
			}
			return nil
		},
	})
	s.NoSecretRests(w.RootSecretKey)
}

// expiries are the dates that UpdateAccessKey sent with an active key.
func expiries(mark *Mark) []time.Time {
	var dates []time.Time
	for _, call := range mark.Calls() {
		var body struct {
			State          string
			ExpirationDate time.Time
		}
		if call.Action == "UpdateAccessKey" && json.Unmarshal(call.Body, &body) == nil && body.State == "ACTIVE" {
			dates = append(dates, body.ExpirationDate)
		}
	}
	return dates
}
