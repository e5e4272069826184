//go:build unix

package acceptance_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// interruptedOnce is the text that a CLI prints after the first signal.
const interruptedOnce = "Interrupt received"

// endsGracefully reports whether a CLI shuts down gracefully after a signal. Other signals end it at once.
func endsGracefully(signal syscall.Signal) bool {
	return signal == syscall.SIGINT || signal == syscall.SIGTERM
}

// TestAccEphemeralKey_signal: no run-scoped key is left after a signal to the CLI, while the consumer works with the key and
// while the key is being created.
func TestAccEphemeralKey_signal(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{
		"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGKILL": syscall.SIGKILL, "SIGQUIT": syscall.SIGQUIT,
	} {
		for moment, hold := range map[string]func(g *acctest.Gate) *acctest.Held{
			"in use":        func(g *acctest.Gate) *acctest.Held { return g.HoldRequest("CreateUser") },
			"being created": func(g *acctest.Gate) *acctest.Held { return g.HoldAnswer("CreateAccessKey") },
		} {
			t.Run(name+" "+moment, func(t *testing.T) {
				t.Parallel()
				c := acctest.NewCLI(t)
				gate := c.Gate()
				held := hold(gate)
				s := c.Workspace(runScoped())
				s.Trace()
				r := s.Start(apply...)
				held.Await(t)
				r.Signal(signal)
				if endsGracefully(signal) {
					r.AwaitOutput(interruptedOnce)
				} else if r.Wait().Code == 0 {
					t.Error("the CLI was not killed")
				}
				held.Release()
				if endsGracefully(signal) {
					r.Wait() // its exit code is 0 if the signal came after its last operation
				}
				expectRevoked(t, c, s)
			})
		}
	}
}

// TestAccEphemeralKey_signalToGroup: a terminal sends SIGINT or SIGQUIT, and a supervisor SIGTERM or SIGABRT, to the provider too. The
// provider revokes its keys whether the CLI shuts down gracefully or dies.
func TestAccEphemeralKey_signalToGroup(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{
		"SIGINT": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "SIGQUIT": syscall.SIGQUIT, "SIGABRT": syscall.SIGABRT,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewCLI(t)
			gate := c.Gate()
			held := gate.HoldRequest("CreateUser")
			s := c.Workspace(runScoped())
			s.Trace()
			r := s.Start(apply...)
			held.Await(t)
			for _, provider := range c.Children(r.PID()) {
				c.NoError(syscall.Kill(provider, signal))
			}
			r.Signal(signal)
			if endsGracefully(signal) {
				r.AwaitOutput(interruptedOnce)
			} else if r.Wait().Code == 0 {
				t.Error("the CLI was not killed")
			}
			held.Release()
			if endsGracefully(signal) {
				r.Wait()
				if users := c.Users(); len(users) != 1 {
					t.Errorf("%d users: the creation in progress was not finished", len(users))
				}
			}
			expectRevoked(t, c, s)
		})
	}
}

// TestAccEphemeralKey_providerKilled: if the provider is killed, nothing revokes the key. It is usable until its expiry.
func TestAccEphemeralKey_providerKilled(t *testing.T) {
	t.Parallel()
	t.Run("SIGKILL", func(t *testing.T) {
		t.Parallel()
		keyExpires(t, syscall.SIGKILL)
	})
	// A crash writes the stacks of all goroutines.
	t.Run("SIGSEGV", func(t *testing.T) {
		t.Parallel()
		s := keyExpires(t, syscall.SIGSEGV)
		log, err := os.ReadFile(filepath.Join(s.Home(), "trace.log"))
		if err != nil || !bytes.Contains(log, []byte("SIGSEGV: segmentation violation")) || !bytes.Contains(log, []byte("goroutine ")) {
			t.Errorf("there is no crash output to search (%v)", err)
		}
	})
}

// expectRevoked waits until every key that was created is deleted, and searches the files and outputs of the run for its secret. The
// provider revokes keys while the CLI ends, or after the CLI was killed.
func expectRevoked(t *testing.T, c *acctest.CLI, s *acctest.Workspace) {
	t.Helper()
	if len(c.Issued()) == 0 {
		t.Error("no key was created: the test checks nothing")
	}
	c.Await("no access key is left", func() bool { return len(c.Keys()) == 0 })
	s.ExpectNoSecretLeft(c.RootSecretKey)
}

// keyExpires kills the provider while its key is in use.
func keyExpires(t *testing.T, signal syscall.Signal) *acctest.Workspace {
	t.Helper()
	c := acctest.NewCLI(t)
	gate := c.Gate()
	held := gate.HoldRequest("CreateUser")
	s := c.Workspace(runScoped(`lifetime = "10m"`))
	s.Trace()
	r := s.Start(apply...)
	held.Await(t)
	providers := c.Children(r.PID())
	if len(providers) == 0 {
		t.Fatal("no provider runs")
	}
	for _, provider := range providers {
		c.NoError(syscall.Kill(provider, signal))
	}
	held.Release()
	if done := r.Wait(); done.Code == 0 {
		t.Errorf("the CLI ended with 0:\n%s", done.Output)
	}
	left := c.OnlyKey()
	if left.Expired || left.ExpirationDate == nil {
		t.Fatalf("key %s: expired %v, expiry %v", left.AccessKeyID, left.Expired, left.ExpirationDate)
	}
	keys := gate.Keys()
	works := func() error {
		_, err := c.As(keys[len(keys)-1]).ReadAccessKeys(context.Background(), api.ReadAccessKeysInput{})
		return err
	}
	c.NoError(works())
	c.NoError(c.Simulator.Advance(10*time.Minute + time.Second))
	if err := works(); !api.IsUnauthorized(err) {
		t.Errorf("after its lifetime the key still works: %v", err)
	}
	s.ExpectNoSecretLeft(c.RootSecretKey)
	return s
}
