//go:build unix

package orphan

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// openFlags keep a FIFO from blocking the process, and a symbolic link from being followed.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOFOLLOW

// private returns an error if other users may be able to read or write a folder.
func private(info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("its mode is %04o, and 0700 is required", mode)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to user %d, and this process runs as user %d", stat.Uid, os.Geteuid())
	}
	return nil
}
