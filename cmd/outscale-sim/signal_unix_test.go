//go:build unix

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The built binary stops at SIGTERM with status 0.
func TestRun_signals(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "outscale-sim")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, signal := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		sim := exec.CommandContext(t.Context(), binary, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
		stdout, err := sim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := sim.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(stdout).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, `{"ready":true,`) {
			t.Errorf("%q, %v", line, err)
		}
		if err := sim.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if err := sim.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}
