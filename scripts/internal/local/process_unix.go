//go:build unix

package local

import (
	"os/exec"
	"syscall"
)

// Isolate gives a child a process group of its own: Ctrl-C in a terminal reaches this program alone,
// which then asks the child to stop once, instead of twice.
func Isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
}

// KillGroup ends what a child left behind: the plugins of a CLI that had to be killed.
func KillGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
