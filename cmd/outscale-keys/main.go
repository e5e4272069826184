// Command outscale-keys lists and judges the access keys of an OUTSCALE account, and acts on them.
package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/outscale-access/terraform-provider-outscale/internal/keyscmd"
)

// version is set by the linker (see Makefile).
var version = "dev"

func main() {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // an error says so where a profile would have been looked for
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := keyscmd.Run(ctx, version, os.Args[1:], keyscmd.Host{
		Env: os.LookupEnv, Home: home, Now: time.Now, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Interactive: term.IsTerminal(int(os.Stdin.Fd())), Progress: columns(os.Stderr),
		Start: start, Columns: columns(os.Stdout),
	})
	stop()
	os.Exit(code)
}

// columns is the width of the terminal that a file is, 0 when it is none.
func columns(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// killDelay is the time that a program has to end after a signal.
const killDelay = 10 * time.Second

// start runs a program with the input and the outputs of this one. It is interrupted when ctx ends.
func start(ctx context.Context, argv, env []string) (int, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = killDelay
	err := cmd.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		if code := ended.ExitCode(); code >= 0 {
			return code, nil
		}
		return 1, nil // ended by a signal
	}
	return 0, err
}
