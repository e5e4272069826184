package provider_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// slow makes an action take longer than a timeout of a second.
func slow(action string) simulator.Fault {
	return simulator.Fault{Action: action, Kind: faults.Latency, Latency: faults.Duration(3 * time.Second)}
}

// TestTimeouts_namedInErrors: if a timeout ends an operation, the error names it and says how to set a longer one. A refresh and a
// deletion use the value in the state.
func TestTimeouts_namedInErrors(t *testing.T) {
	t.Parallel()
	const ended = "the time limit of 1s has ended."
	for name, c := range map[string]struct {
		action, summary, remedy string
	}{
		"create": {"CreateUser", "User not created", "Set a longer time there."},
		"read":   {"ReadUsers", "User not read", "Set a longer time there and apply it once with `-refresh=false`"},
		"update": {"UpdateUser", "User not updated", "Set a longer time there."},
		"delete": {"DeleteUser", "User not deleted", "Set a longer time there and apply it before you destroy the resource"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			config := acctest.Args{"user_name": "u", "timeouts": acctest.Args{name: "1s"}}
			user := h.NewResource("outscale_user")
			if name != "create" {
				user = shortened(h, config)
			}
			h.SetFaults(slow(c.action))
			var got acctest.Diagnostics
			switch name {
			case "read":
				got = user.Read()
			case "delete":
				got = user.TryDestroy()
			default:
				config["path"] = "/other/"
				got = user.Apply(config).Diagnostics
			}
			got.ExpectError(c.summary, ended, "The limit is `"+name+"` in the `timeouts` block. "+c.remedy)
		})
	}
}

// shortened creates a user, and then sets the timeouts of config in a run that makes no call, which they could end.
func shortened(h *acctest.Protocol, config acctest.Args) *acctest.Resource {
	user := h.Resource("outscale_user", acctest.Args{"user_name": "u"})
	user.SkipRefresh = true
	user.Apply(config).ExpectNoErrors()
	user.SkipRefresh = false
	return user
}

// TestTimeouts_setAgain: a `read` that is too short for every refresh can be changed, as the error says.
func TestTimeouts_setAgain(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	with := func(read string) acctest.Args {
		return acctest.Args{"user_name": "u", "timeouts": acctest.Args{"read": read}}
	}
	user := shortened(h, with("1s"))
	h.SetFaults(slow("ReadUsers"))
	user.Apply(with("1m")).ExpectError("User not read", "`-refresh=false`")
	user.SkipRefresh = true
	user.Apply(with("1m")).ExpectNoErrors()
	h.SetFaults()
	user.Read().ExpectNoErrors()
}

// TestTimeouts_longRetryAfter: a refresh fails at once if the API asks for a wait that is longer than its timeout, and so do the
// other reads and the plans of the run.
func TestTimeouts_longRetryAfter(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	user, other := h.Resource("outscale_user", acctest.Args{"user_name": "u"}), h.Resource("outscale_user_group", acctest.Args{"user_group_name": "g"})
	p := h.Start()
	h.SetFaults(simulator.Fault{Kind: faults.Throttle, RetryAfter: faults.Duration(7 * time.Minute)})
	h.ResetCalls()
	p.Read(user).ExpectError("User not read", "Run again in 7m0s: the API asks for this wait, and the time limit ends in ", "The limit is `read`")
	p.Read(other).ExpectError("User group not read", "the API asks for this wait", "The limit is `read`")
	p.Plan(h.NewResource("outscale_access_key"), acctest.Args{}).ExpectError("Access key not planned", "the API asks for this wait", "The limit cannot be changed.")
	if n := len(h.Requests()); n != 1 {
		t.Errorf("%d requests were sent, want 1", n)
	}
}
