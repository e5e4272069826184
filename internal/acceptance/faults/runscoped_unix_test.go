//go:build unix

package faults

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// twoProviders is a provider that creates a run-scoped key, and one that signs with it and creates six keys.
const twoProviders = `
provider "outscale" {
  requests_per_second = 0
}
ephemeral "outscale_access_key" "run" {
  lifetime = "1h"
}
provider "outscale" {
  alias               = "run"
  requests_per_second = 0
  access_key_id       = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id       = ephemeral.outscale_access_key.run.secret_key
}
resource "outscale_access_key" "made" {
  provider        = outscale.run
  count           = 6
  user_name       = "alice"
  expiration_date = "2040-01-01"
}
`

// TestRunScoped_signsAnotherProvider: the CLI is killed while two providers live, one of which signs with the run-scoped key
// of the other. The run-scoped key is revoked, and not before the other provider has ended: none of its calls is refused.
// What it was creating is discarded; what it gave to the CLI stays.
func TestRunScoped_signsAnotherProvider(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 5, 6} {
		for _, action := range []string{"CreateAccessKey", "UpdateAccessKey"} {
			t.Run(fmt.Sprintf("%s %d", action, n), func(t *testing.T) {
				t.Parallel()
				cli := acctest.NewCLI(t)
				cli.CreateUser("alice")
				s := cli.Workspace(twoProviders)
				x := &killAtCall{cli: cli, action: action, at: n}
				cli.OnCall(x.onCall)
				r := s.Start(apply...)
				x.run(r)
				r.Wait()
				cli.Await("the providers are gone", func() bool { return x.done() && !slices.ContainsFunc(x.providers(), isRunning) })
				cli.OnCall(nil)
				if len(x.providers()) < 2 {
					t.Errorf("%d providers lived: nothing is proved", len(x.providers()))
				}
				for _, call := range cli.Requests() {
					if call.Status == 401 {
						t.Errorf("a call of %s was refused", call.Action)
					}
				}
				var unsaved []string
				for _, k := range cli.Keys() {
					switch {
					case k.UserName == "":
						t.Errorf("the run-scoped key %s is left (%s)", k.AccessKeyID, k.State)
					case k.State != "ACTIVE" || key.IsMarker(acctest.Tag(k)):
						t.Errorf("key %s was given to the CLI: %s, tag %q", k.AccessKeyID, k.State, acctest.Tag(k))
					case !strings.Contains(string(stateOf(cli, s)), k.AccessKeyID):
						unsaved = append(unsaved, k.AccessKeyID)
					}
				}
				t.Logf("%d keys are left, %d in no state", len(cli.Keys()), len(unsaved))
				cli.NoError(cli.Simulator.MoveClock(afterMinAge, true))
				next := s.Plan()
				for _, id := range unsaved {
					if !named(next.Output, id) {
						t.Errorf("key %s is in no state and was not named", id)
					}
				}
			})
		}
	}
}

// ofAlice counts the keys of alice.
func ofAlice(cli *acctest.CLI) (n int) {
	for _, k := range cli.Simulator.State().AccessKeys {
		if k.UserName == "alice" {
			n++
		}
	}
	return n
}

// killAtCall kills the CLI at a call of the provider that signs with the run-scoped key.
type killAtCall struct {
	cli    *acctest.CLI
	action string
	at     int

	mu      sync.Mutex
	started *acctest.Running
	seen    int
	pids    []int
	killed  bool
}

// run says which CLI to kill.
func (x *killAtCall) run(r *acctest.Running) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.started = r
}

func (x *killAtCall) done() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.killed
}

func (x *killAtCall) providers() []int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.pids
}

// onCall is called before the answer to a call leaves.
func (x *killAtCall) onCall(action string) {
	if action != x.action || ofAlice(x.cli) == 0 {
		return // a call about the run-scoped key
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen++
	if x.seen != x.at || x.killed || x.started == nil {
		return
	}
	x.pids = slices.DeleteFunc(x.cli.Children(x.started.PID()), func(pid int) bool { return !isProvider(pid) })
	_ = syscall.Kill(x.started.PID(), syscall.SIGKILL) // it may be gone
	x.killed = true
}
