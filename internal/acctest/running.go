package acctest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Running is a running command of the CLI.
type Running struct {
	c    *CLI
	s    *Workspace
	cmd  *exec.Cmd
	out  *output
	stop context.CancelFunc
}

// Start starts the CLI. Call Wait.
func (s *Workspace) Start(arguments ...string) *Running {
	s.c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	r := &Running{c: s.c, s: s, cmd: s.command(ctx, arguments...), out: &output{}, stop: cancel}
	r.cmd.Stdout, r.cmd.Stderr = r.out, r.out
	if err := r.cmd.Start(); err != nil {
		cancel()
		s.c.t.Fatal(err)
	}
	s.c.t.Cleanup(cancel)
	return r
}

// PID returns the CLI's process id.
func (r *Running) PID() int { return r.cmd.Process.Pid }

// Signal sends a signal to the CLI alone.
func (r *Running) Signal(signal os.Signal) {
	r.c.t.Helper()
	r.c.NoError(r.cmd.Process.Signal(signal))
}

// HasPrinted reports whether the CLI has already printed a text.
func (r *Running) HasPrinted(text string) bool { return strings.Contains(plain(r.out.String()), text) }

// AwaitOutput waits until the CLI prints a text.
func (r *Running) AwaitOutput(text string) {
	r.c.t.Helper()
	r.c.Await("the CLI has printed "+text, func() bool { return r.HasPrinted(text) })
}

// Wait waits for the end of the CLI. The code is -1 if the CLI was killed. As with Run, no secret may be in the output.
func (r *Running) Wait() Result {
	_ = r.cmd.Wait() // the exit code has the result
	r.stop()
	r.s.printed.WriteString(r.out.String())
	return Result{Code: r.cmd.ProcessState.ExitCode(), Output: plain(r.out.String())}
}

// output is a buffer that can be read while the CLI writes to it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// Await waits for a condition. It ends the test with a failure if the condition is not reached in time.
func (c *CLI) Await(what string, reached func() bool) {
	c.t.Helper()
	if !Reached(reached) {
		c.t.Fatalf("not reached in %s: %s", patience, what)
	}
}

// Reached waits for a condition, and reports whether it was reached in time.
func Reached(condition func() bool) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
