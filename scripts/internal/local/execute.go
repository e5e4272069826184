package local

import (
	"context"
	"io"
	"os/exec"
	"time"
)

// Execute runs the CLI in a folder. A cancelled context interrupts the CLI as Ctrl-C would, and kills it and its plugins
// only when it has not stopped by itself.
func (c *CLI) Execute(ctx context.Context, dir string, env []string, output io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, c.Path, args...)
	cmd.Dir, cmd.Env = dir, env
	cmd.Stdout, cmd.Stderr = output, output
	Isolate(cmd)
	cmd.WaitDelay = 20 * time.Second
	defer KillGroup(cmd)
	return cmd.Run()
}
