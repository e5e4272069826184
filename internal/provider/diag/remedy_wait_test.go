package diag

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// TestError_timeLimit: the error says which time limit ended a call or is too short for a wait, and how to change it. It does not
// blame the network.
func TestError_timeLimit(t *testing.T) {
	const change = "The limit is `create` in the `timeouts` block. Set a longer time there."
	limit := &timelimit.Limit{Duration: time.Second, Remedy: change}
	ended := func(sent bool) error {
		return &api.TransportError{Action: "CreateUser", Endpoint: address, Sent: sent, Err: limit}
	}
	asked := &api.WaitError{Wait: time.Hour, Left: 299960 * time.Millisecond, Asked: true, Limit: limit}
	const again = " If the call fails again with more time, check that the endpoint can be reached from this machine. TF_LOG=DEBUG shows each call and each wait."
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"sent":        {ended(true), "CreateUser was sent to " + address + ", but no usable answer came back: the time limit of 1s has ended.\n\n" + change + again},
		"not sent":    {ended(false), "CreateUser was not sent to " + address + ": the time limit of 1s has ended.\n\n" + change + again},
		"in a cache":  {fmt.Errorf("the read was not finished: %w", limit), "The read was not finished: the time limit of 1s has ended.\n\n" + change + again},
		"a fixed one": {&timelimit.Limit{Duration: 10 * time.Minute}, "The time limit of 10m0s has ended.\n\nThe limit cannot be changed." + again},
		"a lost answer": {&domain.LostAnswerError{Action: "CreateUser", Err: ended(true), Tried: domain.Tried{Attempts: 1, Lost: 1}}, "The answer to CreateUser was lost. A look-up found nothing.\n\n" +
			"CreateUser was sent to " + address + ", but no usable answer came back: the time limit of 1s has ended.\n\n" + change + again + "\n\nRun again."},
		"a long Retry-After": {fmt.Errorf("%w (and no other attempt was made: %w)", refusal(429, "24", "Throttled", ""), asked),
			"Run again in 1h0m0s: the API asks for this wait, and the time limit ends in 5m0s. " + change},
		"a pause of all calls": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Err: asked}, "ReadUsers was not sent to " + address +
			": the API asks to wait 1h0m0s, and the time limit ends in 5m0s.\n\nRun again in 1h0m0s: the API asks for this wait, and the time limit ends in 5m0s. " + change},
		"a low rate": {&api.TransportError{Action: "ReadUsers", Endpoint: address, Err: &api.WaitError{Wait: 100 * time.Second, Left: time.Minute, Limit: context.DeadlineExceeded}},
			"Set a higher `requests_per_second`: it allows the next call in 1m40s, and the time limit ends in 1m0s. The limit cannot be changed."},
	} {
		got := Error("User not created", "Creating", c.err).Detail()
		if !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: got:\n%s\nwant at its end:\n%s", name, got, c.want)
		}
		if strings.Contains(got, "firewall") {
			t.Errorf("%s: blames the network:\n%s", name, got)
		}
	}
}
