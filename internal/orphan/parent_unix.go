//go:build unix

package orphan

import (
	"os"
	"os/signal"
	"syscall"
)

// parentPID returns the process that is the parent of this one. It changes when the parent dies: an orphaned process is
// given to another one.
func parentPID() int { return os.Getppid() }

// ignoreSignals keeps the process alive until keys are revoked, even after the CLI has ended. Writing to an ended CLI would end
// the process (SIGPIPE), and so would a signal to the whole process group: from a terminal (SIGHUP, SIGQUIT) or a supervisor
// (SIGTERM, SIGABRT). Either the CLI ends the provider, or it is killed, which the provider notices. The plugin library does the
// same for SIGINT.
func ignoreSignals() {
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT)
}
