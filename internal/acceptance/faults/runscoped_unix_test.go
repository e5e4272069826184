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

// twoProviders has a provider that creates a run-scoped key, and one that signs with this key and creates six keys.
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
resource "outscale_access_key" "created" {
  provider        = outscale.run
  count           = 6
  user_name       = "alice"
  expiration_date = "2040-01-01"
}
`

// TestRunScoped_signsAnotherProvider: the CLI is killed while two providers run, one of which signs with the run-scoped key
// of the other. The run-scoped key is revoked only when the other provider has ended, so none of its calls is refused. The
// other provider revokes the key that it was creating, and leaves those that it returned to the CLI.
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
				cli.Await("the providers have ended", func() bool { return x.done() && !slices.ContainsFunc(x.providers(), isRunning) })
				cli.OnCall(nil)
				if len(x.providers()) < 2 {
					t.Errorf("%d providers ran, want 2", len(x.providers()))
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
						t.Errorf("the run-scoped key %s still exists (%s)", k.AccessKeyID, k.State)
					case k.State != "ACTIVE" || key.IsMarker(acctest.Tag(k)):
						t.Errorf("key %s, which was returned to the CLI: %s, tag %q", k.AccessKeyID, k.State, acctest.Tag(k))
					case !strings.Contains(string(stateOf(cli, s)), k.AccessKeyID):
						unsaved = append(unsaved, k.AccessKeyID)
					}
				}
				t.Logf("%d keys exist, %d in no state", len(cli.Keys()), len(unsaved))
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

// run sets the CLI to kill.
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

// onCall is called for each call before the answer is sent.
func (x *killAtCall) onCall(action string) {
	if action != x.action || ofAlice(x.cli) == 0 {
		return // a call about the run-scoped key, which is created first
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.seen++
	if x.seen != x.at || x.killed || x.started == nil {
		return
	}
	x.pids = slices.DeleteFunc(x.cli.Children(x.started.PID()), func(pid int) bool { return !isProvider(pid) })
	_ = syscall.Kill(x.started.PID(), syscall.SIGKILL) // an error means that the CLI has ended
	x.killed = true
}
