//go:build unix

package faultsuite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
)

// blow is what ends a run.
type blow string

const (
	interruptOnce  blow = "Ctrl-C once"
	interruptTwice blow = "Ctrl-C twice"
	killCLI        blow = "SIGKILL of the CLI"
	killProvider   blow = "SIGKILL of the provider"
)

// What a CLI prints when it has taken a signal, and a second one.
const (
	interrupted      = "Interrupt received"
	interruptedTwice = "Two interrupts received"
)

// strike is one blow to one run.
type strike struct {
	st        *story
	blow      blow
	at        int64 // the call
	run       atomic.Pointer[Running]
	calls     atomic.Int64
	finished  map[string]bool // keys that had lost their marker before
	providers []int
	hit, done chan struct{} // the blow begins, and is over
}

// struck runs the CLI and strikes it when the API has executed the n-th call, before its answer leaves. It returns when the
// CLI and its providers are gone.
func (st *story) struck(b blow, n int, arguments ...string) {
	st.t.Helper()
	x := &strike{st: st, blow: b, at: int64(n), finished: map[string]bool{}, hit: make(chan struct{}), done: make(chan struct{})}
	if b == killProvider {
		arguments = append(slices.Clone(arguments), "-parallelism=1")
	}
	st.watch(x.see)
	defer st.watch(nil)
	r := st.s.Start(arguments...)
	x.run.Store(r)
	done := r.Wait()
	select {
	case <-x.hit:
		<-x.done
	default:
		st.t.Logf("%s at call %d of %s: the run had fewer calls", b, n, arguments[0])
		return
	}
	st.w.Await("the providers are gone", func() bool { return !slices.ContainsFunc(x.providers, runs) })
	st.restoreState()
	if b == killProvider {
		st.killed, st.pending = true, true
		st.beingFinished(x.finished)
	}
	st.t.Logf("%s at call %d of %s: the CLI ended with %d", b, n, arguments[0], done.Code)
}

// restoreState does what a person does whose state file is empty. Both CLIs empty a local state before they write it, and
// one that ends in between leaves it so, with the state of before the run beside it.
func (st *story) restoreState() {
	st.t.Helper()
	path := filepath.Join(st.s.Dir, "terraform.tfstate")
	if found, err := os.Stat(path); err != nil || found.Size() > 0 {
		return
	}
	backup, err := os.ReadFile(path + ".backup")
	if errors.Is(err, fs.ErrNotExist) {
		return // it was the first state
	}
	st.w.Must(err)
	st.t.Log("the CLI left an empty state: restored from its backup")
	st.w.Must(os.WriteFile(path, backup, 0o600))
}

// see is told of every call.
func (x *strike) see(string) {
	switch at := x.calls.Add(1); {
	case at < x.at && x.blow == killProvider:
		for _, key := range x.st.at().AccessKeys {
			x.finished[key.AccessKeyID] = x.finished[key.AccessKeyID] || !strings.HasPrefix(Tag(key), marker)
		}
	case at == x.at:
		// A call can come before Start has returned.
		Reached(func() bool { return x.run.Load() != nil })
		x.hits(x.run.Load())
	}
}

func (x *strike) hits(r *Running) {
	close(x.hit)
	defer close(x.done)
	x.providers = x.st.w.Children(r.PID())
	// A process that is gone is what is wanted.
	switch x.blow {
	case killProvider:
		for _, provider := range x.providers {
			_ = syscall.Kill(provider, syscall.SIGKILL)
		}
	case killCLI:
		_ = syscall.Kill(r.PID(), syscall.SIGKILL)
	case interruptOnce:
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
	case interruptTwice:
		// The answer is held until the CLI has given up on it: else there is nothing that a second signal would cut.
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
		Reached(func() bool { return r.Said(interrupted) || !runs(r.PID()) })
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
		Reached(func() bool { return r.Said(interruptedTwice) || !runs(r.PID()) })
	}
}

// beingFinished takes note of the key that was finished at the moment of a blow, if there is one.
func (st *story) beingFinished(before map[string]bool) {
	st.t.Helper()
	id, state := "", st.state()
	for _, key := range st.facts().keys {
		if before[key.AccessKeyID] || strings.HasPrefix(Tag(key), marker) ||
			slices.ContainsFunc(state, func(k stateKey) bool { return k.ID == key.AccessKeyID }) {
			continue
		}
		if id != "" {
			st.t.Errorf("seed %d: two keys were finished after the blow: %s and %s", seed(), id, key.AccessKeyID)
		}
		id = key.AccessKeyID
		st.closing[id] = true
		st.t.Logf("key %s was being finished when the provider was killed", id)
	}
}

// runs reports whether a process is there and is not a dead one that nobody has taken note of.
func runs(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// TestKilled strikes a run at a moment of its making, its changing and its revoking of keys.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, b := range []blow{interruptOnce, interruptTwice, killCLI, killProvider} {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			st := tell(t, 2)
			st.struckThrough(b)
		})
	}
}

// struckThrough strikes an apply that makes, one that changes, and a destroy.
func (st *story) struckThrough(b blow) {
	st.t.Helper()
	st.struck(b, 1+st.rnd.IntN(18), apply...)
	st.verdict("after a struck apply that makes keys")
	st.turn(2)
	st.struck(b, 4+st.rnd.IntN(10), apply...)
	st.verdict("after a struck apply that changes keys")
	st.settle()
	st.struck(b, 3+st.rnd.IntN(10), destroy...)
	st.verdict("after a struck destroy")
	st.end()
}

// TestSoakKilled strikes again and again.
func TestSoakKilled(t *testing.T) {
	Soak(t)
	t.Parallel()
	for _, b := range []blow{interruptOnce, interruptTwice, killCLI, killProvider} {
		for i := range 10 {
			t.Run(fmt.Sprintf("%s/%d", b, i), func(t *testing.T) {
				t.Parallel()
				tell(t, 2).struckThrough(b)
			})
		}
	}
}
