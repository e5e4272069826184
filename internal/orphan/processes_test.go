package orphan

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The environment in which this test binary runs as a process of its own.
const (
	envRole   = "ORPHAN_TEST_ROLE"
	envFolder = "ORPHAN_TEST_FOLDER"
	envName   = "ORPHAN_TEST_NAME"
)

// keysPerProcess is the number of keys that a process of a test creates. It deletes every second one.
const keysPerProcess = 50

func TestMain(m *testing.M) {
	switch os.Getenv(envRole) {
	case "":
		os.Exit(m.Run())
	case "creates":
		runCreates()
	case "survives":
		runIgnoringSignals()
	}
}

// runCreates creates keys, prints a line, and waits until it is killed.
func runCreates() {
	j := NewJournal(os.Getenv(envFolder), func(err error) { fmt.Println("logged:", err) })
	p := &process{Recorder: j.Recorder(endpoint), journal: j}
	for i := range keysPerProcess {
		id := fmt.Sprintf("%s-%d", os.Getenv(envName), i)
		p.create(id)
		if i%2 == 1 {
			p.Gone(id)
		}
	}
	fmt.Println("done")
	_, _ = os.Stdin.Read(make([]byte, 1)) // until the test ends this process
}

// child is this test binary as a process of its own.
type child struct {
	*exec.Cmd
	lines *bufio.Scanner
}

func newChild(t *testing.T, role string, env ...string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), append(env, envRole+"="+role)...)
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	_, err = cmd.StdinPipe() // stays open until Wait
	must(t, err)
	cmd.Stderr = os.Stderr
	must(t, cmd.Start())
	c := &child{cmd, bufio.NewScanner(stdout)}
	t.Cleanup(c.kill)
	return c
}

// line returns the next line that the child prints.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

// kill kills the child and waits for its end.
func (c *child) kill() {
	_ = c.Process.Kill()
	_ = c.Wait() // the error says that the process was killed
}

// TestJournal_manyProcesses: processes that create keys at the same time, while others read and compact, lose nothing. When
// they are killed, every key that is not gone is found.
func TestJournal_manyProcesses(t *testing.T) {
	dir := folderOf(t)
	var children []*child
	for i := range 6 {
		children = append(children, newChild(t, "creates", envFolder+"="+dir, fmt.Sprintf("%s=P%d", envName, i)))
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				j := NewJournal(dir, func(err error) { t.Errorf("logged: %v", err) })
				j.Recorder(endpoint).Referenced("K") // reads and compacts
				j.Close()
			}
		})
	}
	for i, c := range children {
		if line := c.line(); line != "done" {
			t.Errorf("process %d printed %q", i, line)
		}
		if i%2 == 0 {
			c.kill() // while others still write
		}
	}
	for _, c := range children {
		c.kill()
	}
	close(stop)
	readers.Wait()
	var all, want []string
	for i := range children {
		for k := range keysPerProcess {
			all = append(all, fmt.Sprintf("P%d-%d", i, k))
			if k%2 == 0 {
				want = append(want, all[len(all)-1])
			}
		}
	}
	for range 2 { // before and after it was compacted
		got := newSilentProcess(t, dir).orphans(list(all...)...)
		slices.Sort(got)
		expected := unconfirmed(want...)
		slices.Sort(expected)
		expect(t, "orphans", got, expected)
	}
	if n := len(files(t, dir)); n > maxDead {
		t.Errorf("%d files", n)
	}
}

// TestJournal_compactionTwice: a compaction that is killed between writing and removing changes nothing.
func TestJournal_compactionTwice(t *testing.T) {
	dir := folderOf(t)
	text := record(t, of("A")) + record(t, of("B"))
	for range 3 {
		write(t, dir, text)
	}
	for range 3 {
		expect(t, "orphans", newSilentProcess(t, dir).orphans(list("A", "B")...), unconfirmed("A", "B"))
	}
	p := newSilentProcess(t, dir)
	p.Referenced("A")
	p.Gone("B")
	p.die()
	newSilentProcess(t, dir).orphans()
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}

// TestOthers: it returns running processes of the same CLI, and none of another CLI.
func TestOthers(t *testing.T) {
	dir := folderOf(t)
	p := newSilentProcess(t, dir)
	p.create("MINE")
	sibling := newSilentProcess(t, dir)
	sibling.create("SIBLING")
	other := newSilentProcess(t, dir)
	other.journal.host.parentPID = -1
	other.create("OTHER")
	if got := p.journal.others(); len(got) != 1 || got[0] != sibling.journal.own.name {
		t.Errorf("others: %v, want %s", got, sibling.journal.own.name)
	}
	sibling.die()
	if got := p.journal.others(); len(got) != 0 {
		t.Errorf("others: %v", got)
	}
	if got := strings.Join(files(t, dir), " "); !strings.Contains(got, other.journal.own.name) {
		t.Errorf("files: %s", got)
	}
}
