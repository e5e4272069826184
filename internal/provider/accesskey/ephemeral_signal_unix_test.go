//go:build unix

package accesskey_test

import (
	"context"
	"syscall"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// interrupted is what a CLI prints when it has taken a signal.
const interrupted = "Interrupt received"

// TestNoKeyIsLeftAfterASignal to the CLI: while the consumer works with the key, and while the key is being made.
func TestNoKeyIsLeftAfterASignal(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGKILL": syscall.SIGKILL} {
		for moment, hold := range map[string]func(g *Gate) *Held{
			"in use":     func(g *Gate) *Held { return g.HoldRequest("CreateUser") },
			"being made": func(g *Gate) *Held { return g.HoldAnswer("CreateAccessKey") },
		} {
			t.Run(name+" "+moment, func(t *testing.T) {
				t.Parallel()
				w := New(t)
				gate := w.Gate()
				held := hold(gate)
				s := w.Workspace(runKey() + consumer)
				s.Trace()
				r := s.Start(apply...)
				w.AwaitHeld(held)
				r.Signal(signal)
				if signal != syscall.SIGKILL {
					r.AwaitOutput(interrupted)
				} else if r.Wait().Code == 0 {
					t.Error("the CLI was not killed")
				}
				held.Release()
				if signal != syscall.SIGKILL {
					r.Wait() // it ends well if it had nothing more to do when the signal had come through to the walk
				}
				nothingLeft(t, w, gate, s)
			})
		}
	}
}

// TestNoKeyIsLeftAfterASignalToTheGroup: a terminal sends Ctrl-C, and a supervisor SIGTERM, to the provider as well. The
// CLI then ends in good order, and so must the provider.
func TestNoKeyIsLeftAfterASignalToTheGroup(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			gate := w.Gate()
			held := gate.HoldRequest("CreateUser")
			s := w.Workspace(runKey() + consumer)
			s.Trace()
			r := s.Start(apply...)
			w.AwaitHeld(held)
			for _, provider := range w.Children(r.PID()) {
				w.Must(syscall.Kill(provider, signal))
			}
			r.Signal(signal)
			r.AwaitOutput(interrupted)
			held.Release()
			r.Wait()
			nothingLeft(t, w, gate, s)
			if users := w.Users(); len(users) != 1 {
				t.Errorf("%d users: what was under way was not finished", len(users))
			}
		})
	}
}

// TestAKilledProvidersKeyExpires: nobody is left who could revoke it. Its expiry ends it.
func TestAKilledProvidersKeyExpires(t *testing.T) {
	t.Parallel()
	t.Run("SIGKILL", func(t *testing.T) {
		t.Parallel()
		keyExpires(t, syscall.SIGKILL)
	})
}

// keyExpires kills the provider while its key is in use.
func keyExpires(t *testing.T, signal syscall.Signal) *Workspace {
	t.Helper()
	w := New(t)
	gate := w.Gate()
	held := gate.HoldRequest("CreateUser")
	s := w.Workspace(runKey(`lifetime = "10m"`) + consumer)
	s.Trace()
	r := s.Start(apply...)
	w.AwaitHeld(held)
	providers := w.Children(r.PID())
	if len(providers) == 0 {
		t.Fatal("no provider runs")
	}
	for _, provider := range providers {
		w.Must(syscall.Kill(provider, signal))
	}
	held.Release()
	if done := r.Wait(); done.Code == 0 {
		t.Errorf("the CLI ended with 0:\n%s", done.Output)
	}
	left := w.OnlyKey()
	if left.Expired || left.ExpirationDate == nil {
		t.Fatalf("key %s: expired %v, expiry %v", left.AccessKeyID, left.Expired, left.ExpirationDate)
	}
	keys := gate.Keys()
	works := func() error {
		_, err := w.As(keys[len(keys)-1]).ReadAccessKeys(context.Background(), api.ReadAccessKeysInput{})
		return err
	}
	w.Must(works())
	w.Must(w.Simulator.Advance(10*time.Minute + time.Second))
	if err := works(); !api.IsUnauthorized(err) {
		t.Errorf("after its lifetime the key still works: %v", err)
	}
	s.ExpectNoSecretLeft(w.RootSecretKey)
	return s
}
