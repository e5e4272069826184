//go:build unix

package orphan

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// runIgnoringSignals runs a process that ignores the signals that a provider ignores. It answers each SIGUSR1, so that a test
// knows that earlier signals did not end it.
func runIgnoringSignals() {
	alive := make(chan os.Signal, 1)
	signal.Notify(alive, syscall.SIGUSR1)
	ignoreSignals()
	fmt.Println("ready")
	for range alive {
		fmt.Println("alive")
	}
}

// TestIgnoreSignals: a signal to the CLI's process group does not end the provider before it has revoked its keys.
func TestIgnoreSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGABRT, syscall.SIGPIPE} {
		c := newChild(t, "survives")
		if line := c.line(); line != "ready" {
			t.Fatalf("it printed %q", line)
		}
		must(t, c.Process.Signal(sig))
		must(t, c.Process.Signal(syscall.SIGUSR1))
		if line := c.line(); line != "alive" {
			t.Errorf("it did not survive %s: %q", sig, line)
		}
		c.kill()
	}
}

// TestParentPID: the parent is the process that started this one.
func TestParentPID(t *testing.T) {
	if got := parentPID(); got != os.Getppid() || got == 0 {
		t.Errorf("parent %d", got)
	}
}
