package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// stopSignals are the signals that end this program.
var stopSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// surviveBrokenPipe turns SIGPIPE into a failed write, so that "outscale-keys revoke - | head -1" does not end between two
// changes. A program that exec runs still gets the signal.
func surviveBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// find returns an error if a program does not exist.
func find(program string) error {
	_, err := exec.LookPath(program)
	return err
}

// start runs a program with the input and the outputs of this program.
func start(ctx context.Context, argv, env []string) (int, error) {
	signals := make(chan os.Signal, signalsToKill)
	signal.Notify(signals, stopSignals...)
	defer signal.Stop(signals)
	if err := ctx.Err(); err != nil { // a signal came before Notify
		return 0, err
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...) // run passes the signals on, and the program decides when it ends
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), env...)
	return run(cmd, signals, hasTerminal())
}

// signalsToKill is the number of signals after which a program is killed.
const signalsToKill = 3

// run runs a program and returns its exit code. It passes signals on unchanged, because the program may need time to end.
// A terminal sends its signals to the program too, so run does not pass these on: a second signal ends many programs at once.
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
			// The errors do not matter: the program may have ended, and some systems cannot send signals.
			if n++; n == signalsToKill {
				_ = cmd.Process.Kill()
			} else if !terminal || s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s)
			}
		}
	}
}

// exitCode returns the exit code of a program. As in a shell, it is 128 plus the number of the signal if a signal ended it.
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

// hasTerminal reports whether the process has a controlling terminal, which sends signals to all programs in its foreground.
func hasTerminal() bool {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = terminal.Close()
	return true
}
