//go:build unix

package acctest

import (
	"os/exec"
	"strconv"
	"strings"
)

// Children returns the running child processes of a process, such as the providers of a CLI.
func (c *CLI) Children(pid int) []int {
	c.t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	c.NoError(err)
	var children []int
	for line := range strings.Lines(string(out)) {
		columns := strings.Fields(line)
		if len(columns) != 2 || columns[1] != strconv.Itoa(pid) {
			continue
		}
		child, err := strconv.Atoi(columns[0])
		c.NoError(err)
		children = append(children, child)
	}
	return children
}
