package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// stopSignals are the signals that ask this program to end.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// surviveBrokenPipe has a write fail, and not end the program, when nobody reads the output any longer, as of "outscale-keys
// revoke - | head -1": the program must not end between two changes. A program that is run gets the signal as usual.
func surviveBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// start runs a program with the input and the outputs of this one.
func start(ctx context.Context, argv, env []string) (int, error) {
	signals := make(chan os.Signal, signalsToKill)
	signal.Notify(signals, stopSignals...)
	defer signal.Stop(signals)
	if err := ctx.Err(); err != nil { // a signal came before
		return 0, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...) // it gets the signals, and decides when it ends
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	return run(cmd, signals, hasTerminal())
}

// signalsToKill is how many signals end a program that does not end by itself.
const signalsToKill = 3

// run runs a program and returns its exit code. The signals are passed on as they are: the program may need a long time to
// end well, and many end at once by a second signal. So a signal that the terminal sends to the program too is not passed on.
func run(cmd *exec.Cmd, signals <-chan os.Signal, terminal bool) (int, error) {
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for n := 0; ; {
		select {
		case err := <-ended:
			return exitCode(err)
		case s := <-signals:
			// A program that has ended meanwhile, and a system that cannot send signals, are no errors.
			if n++; n == signalsToKill {
				_ = cmd.Process.Kill()
			} else if !terminal || s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s)
			}
		}
	}
}

// exitCode is the exit code of a program, 128 and the number of the signal for one that a signal ended, as in a shell.
func exitCode(err error) (int, error) {
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		return 0, err
	}
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return ended.ExitCode(), nil
}

// hasTerminal reports whether the process has a terminal that signals come from. It sends them to all programs that run
// in its foreground.
func hasTerminal() bool {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = terminal.Close()
	return true
}
