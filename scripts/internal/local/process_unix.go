//go:build unix

package local

import (
	"os/exec"
	"syscall"
)

// Isolate gives a child a process group of its own. Ctrl-C in a terminal then reaches only this program, which interrupts the
// child once.
func Isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
}

// KillGroup kills the process group of a child, with the plugins of a CLI.
func KillGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
