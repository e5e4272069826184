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
	process        string // a random id, because the system reuses pids
}

// thisHost returns this process and its machine.
func thisHost() host {
	name, _ := os.Hostname() // "" on an error: then the boot id decides
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return host{name: name, bootID: strings.TrimSpace(string(boot)), pid: os.Getpid(), parentPID: os.Getppid(), process: uuid.NewString()}
}

// made reports whether a process of this machine made the entry. It also compares the boot id, because the name of a machine
// can change with the network.
func (h host) made(e Entry) bool {
	return e.Host != "" && e.Host == h.name || e.BootID != "" && e.BootID == h.bootID
}

// sameCLI reports whether the same CLI started this process and the one that made the entry.
func (h host) sameCLI(e Entry) bool { return h.made(e) && e.ParentPID == h.parentPID }

// stamp adds this process and its machine to an entry.
func (h host) stamp(e Entry) Entry {
	e.PID, e.ParentPID, e.Process, e.Running = h.pid, h.parentPID, h.process, true
	e.Host, e.BootID = h.name, h.bootID
	return e
}
