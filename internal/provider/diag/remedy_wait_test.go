package diag

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestError_waitTooLong: the error says how long the API asks to wait, and which limit is too short for it.
func TestError_waitTooLong(t *testing.T) {
	const facts = "The API asks to wait 1h0m0s, and the time limit ends in 5m0s. Run again after that time"
	for action, want := range map[string]string{
		"CreateAccessKey": facts + ", or set a longer time for the operation in the `timeouts` block of the resource.",
		"ReadAccessKeys":  facts + ".",
	} {
		throttled := refusal(429, "24", "Throttled", "")
		throttled.Action = action
		err := fmt.Errorf("%w (and the time for another attempt ran out: %w)", throttled, &api.WaitError{Wait: time.Hour, Left: 299600 * time.Millisecond})
		if got := Error("Access keys not read", "Reading", err).Detail(); !strings.HasSuffix(got, want) {
			t.Errorf("%s: got:\n%s\nwant at its end:\n%s", action, got, want)
		}
	}
}
