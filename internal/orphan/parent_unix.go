//go:build unix

package orphan

import (
	"os"
	"os/signal"
	"syscall"
)

// parentPID returns the id of the parent process. It changes when the parent ends, because the system then assigns another
// parent.
func parentPID() int { return os.Getppid() }

// ignoreSignals keeps the process running until it has revoked its keys. Otherwise a write to a CLI that has ended (SIGPIPE)
// would end the process, and so would a signal to the process group from a terminal (SIGHUP, SIGQUIT) or a supervisor (SIGTERM,
// SIGABRT). The process still ends: the CLI stops it, or the process notices that the CLI has ended. The plugin library ignores
// SIGINT for the same reason.
func ignoreSignals() {
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT)
}
