//go:build unix

package opened

import (
	"os"
	"os/signal"
	"syscall"
)

// parent returns the process that this one was started by. It changes when that process dies: an orphan is given to
// another.
func parent() (pid int, told bool) { return os.Getppid(), true }

// stay makes the process outlive what happens to the CLI, for as long as it takes to revoke. Writing to a CLI that is
// dead would end it (SIGPIPE); so would a signal that a closed terminal (SIGHUP) or a supervisor (SIGTERM) sends to the
// whole group, while the CLI takes its time to end in good order and ends the provider itself. The plugin library does
// the same for SIGINT.
func stay() { signal.Ignore(syscall.SIGPIPE, syscall.SIGHUP, syscall.SIGTERM) }
