package local

import (
	"context"
	"io"
	"os/exec"
	"time"
)

// Execute runs the CLI in a folder. If the context is cancelled, Execute interrupts the CLI as Ctrl-C does. It kills the CLI and
// its plugins only if they do not stop.
func (c *CLI) Execute(ctx context.Context, dir string, env []string, output io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, c.Path, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = output, output
	Isolate(cmd)
	cmd.WaitDelay = 20 * time.Second
	defer KillGroup(cmd)
	return cmd.Run()
}
