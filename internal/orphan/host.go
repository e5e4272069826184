package orphan

import (
	"os"
	"strings"

	"github.com/google/uuid"
)

// host identifies this process and its machine.
type host struct {
	name, bootID   string
	pid, parentPID int
	process        string // random: a pid is used again
}

// thisHost returns the machine's name and the id of its last boot, if the system has them.
func thisHost() host {
	name, _ := os.Hostname() // without a name only the boot id is used
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return host{name: name, bootID: strings.TrimSpace(string(boot)), pid: os.Getpid(), parentPID: os.Getppid(), process: uuid.NewString()}
}

// made reports whether a process of this machine made the entry. The boot id is more reliable than the name, which
// can change with the network or be that of a container that shares the disk.
func (h host) made(e Entry) bool {
	return e.Host != "" && e.Host == h.name || e.BootID != "" && e.BootID == h.bootID
}

// sameCLI reports whether the CLI that started this process started the one that made the entry, too.
func (h host) sameCLI(e Entry) bool { return h.made(e) && e.ParentPID == h.parentPID }

// stamp adds this process and its machine to an entry.
func (h host) stamp(e Entry) Entry {
	e.PID, e.ParentPID, e.Process, e.Running = h.pid, h.parentPID, h.process, true
	e.Host, e.BootID = h.name, h.bootID
	return e
}
