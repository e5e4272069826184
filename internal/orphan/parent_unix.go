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

// ignoreSignals keeps the process alive for as long as it takes to revoke, whatever happens to the CLI. Writing to a dead
// CLI would end it (SIGPIPE); so would a signal that goes to the whole group: from a terminal (SIGHUP, SIGQUIT) or from a
// supervisor (SIGTERM, SIGABRT). The CLI either ends in good order, and ends the provider, or dies, which the provider sees.
// The plugin library does the same for SIGINT.
func ignoreSignals() {
	signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT)
}
