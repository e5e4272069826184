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
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// blow is what ends a run.
type blow string

const (
	interruptOnce  blow = "Ctrl-C once"
	interruptTwice blow = "Ctrl-C twice"
	killCLI        blow = "SIGKILL of the CLI"
	killProvider   blow = "SIGKILL of the provider"
	killBoth       blow = "SIGKILL of both"
)

func blows() []blow { return []blow{interruptOnce, interruptTwice, killCLI, killProvider, killBoth} }

// ends reports a blow after which the provider does nothing any more.
func (b blow) ends() bool { return b == killProvider || b == killBoth }

// when is the moment of a blow in the life of a call.
type when string

const (
	// executed is before the answer leaves: the provider waits for it, and the blow is over when it comes.
	executed when = "before the answer"
	// answered is when it has left: the provider takes it in, answers the CLI, which writes, and begins what comes next.
	// How far they get is up to the machine: a moment that nobody chose.
	answered when = "after the answer"
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
	mu        sync.Mutex      // of what follows
	claimed   bool            // a call has the blow
	providers []int
	hit, done chan struct{} // the blow begins, and is over
}

// struck runs the CLI and strikes it at the n-th call, which must be one that the run makes. It returns when the CLI and its
// providers are gone.
func (st *story) struck(b blow, at when, n int, arguments ...string) {
	st.t.Helper()
	x := &strike{st: st, blow: b, at: int64(n), finished: map[string]bool{}, hit: make(chan struct{}), done: make(chan struct{})}
	if b.ends() {
		arguments = append(slices.Clone(arguments), "-parallelism=1")
	}
	x.remember()
	if at == executed {
		st.watch(x.see)
	} else {
		st.w.OnAnswer(x.see)
	}
	r := st.s.Start(arguments...)
	x.run.Store(r)
	done := r.Wait()
	st.watch(nil)
	st.w.OnAnswer(nil)
	select {
	case <-x.hit:
		<-x.done
	default:
		st.t.Fatalf("seed %d: no blow fell: %s made %d calls, and the blow was for number %d", seed(), arguments[0], x.calls.Load(), n)
	}
	st.w.Await("the providers are gone", func() bool { return !slices.ContainsFunc(x.providers, runs) })
	st.restoreState()
	if b.ends() {
		st.killed, st.pending = true, true
		st.beingFinished(x.finished, b == killBoth)
	}
	if b == interruptTwice {
		st.beingFinished(x.finished, true) // OpenTofu saves nothing then
		st.pending = st.pending || len(st.closing) > 0
	}
	st.t.Logf("%s %s of call %d of %s: the CLI ended with %d", b, at, n, arguments[0], done.Code)
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

// remember takes note of the keys that have no marker.
func (x *strike) remember() {
	for _, key := range x.st.at().AccessKeys {
		x.finished[key.AccessKeyID] = x.finished[key.AccessKeyID] || !strings.HasPrefix(Tag(key), marker)
	}
}

// see is told of every call.
func (x *strike) see(string) {
	if at := x.calls.Add(1); at < x.at {
		// What a living CLI was told of, it writes; a run that dies with its CLI may have told it everything.
		if x.blow == killProvider {
			x.remember()
		}
		return
	}
	// A call can come before Start has returned.
	if x.reached("the CLI has started", func() bool { return x.run.Load() != nil }) && x.claim() {
		defer close(x.done)
		close(x.hit)
		x.hits(x.run.Load())
	}
}

// claim gives one call the blow. Between plan and apply, whose last answer may just have left, a CLI has no provider: a blow
// to one waits for the next call.
func (x *strike) claim() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.claimed {
		return false
	}
	x.providers = x.st.w.Children(x.run.Load().PID())
	x.claimed = x.blow != killProvider || len(x.providers) > 0
	return x.claimed
}

// reached waits for a condition. It is called where a test cannot be ended, so that a wait in vain is noted as an error.
func (x *strike) reached(what string, condition func() bool) bool {
	if Reached(condition) {
		return true
	}
	x.st.t.Errorf("seed %d: %s at call %d: not reached: %s", seed(), x.blow, x.at, what)
	return false
}

func (x *strike) hits(r *Running) {
	if x.blow == killCLI || x.blow == killBoth {
		_ = syscall.Kill(r.PID(), syscall.SIGKILL) // a process that is gone is what is wanted, here and below
	}
	if x.blow.ends() {
		for _, provider := range x.providers {
			_ = syscall.Kill(provider, syscall.SIGKILL)
		}
	}
	if x.blow == interruptOnce || x.blow == interruptTwice {
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
	}
	if x.blow == interruptTwice {
		// The answer is held until the CLI has given up on it: else there is nothing that a second signal would cut.
		x.reached(interrupted, func() bool { return r.Said(interrupted) || !runs(r.PID()) })
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
		x.reached(interruptedTwice, func() bool { return r.Said(interruptedTwice) || !runs(r.PID()) })
	}
}

// beingFinished takes note of the key that was finished at the moment of a blow, if there is one. Where the CLI died too,
// or was interrupted twice, there may be several: all that the run had finished, because OpenTofu writes its state every 20
// seconds and at the end. The machine is all that remembers them.
func (st *story) beingFinished(before map[string]bool, several bool) {
	st.t.Helper()
	state, found := st.state(), 0
	for _, key := range st.facts().keys {
		if before[key.AccessKeyID] || strings.HasPrefix(Tag(key), marker) ||
			slices.ContainsFunc(state, func(k stateKey) bool { return k.ID == key.AccessKeyID }) {
			continue
		}
		found++
		st.closing[key.AccessKeyID] = true
		st.t.Logf("key %s was finished, and the state does not have it", key.AccessKeyID)
	}
	if found > 1 && !several {
		st.t.Errorf("seed %d: %d keys were finished after the blow", seed(), found)
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
	for _, b := range blows() {
		t.Run(string(b), func(t *testing.T) {
			t.Parallel()
			st := tell(t, 2)
			st.struckThrough(b, []when{executed, answered}[st.rnd.IntN(2)])
		})
	}
}

// struckThrough strikes an apply that makes, one that changes, and a destroy. The calls are drawn from those that the run
// makes in any case. The first apply makes two users and nine keys, at two calls each. The second, after reads, changes
// two users and seven keys and revokes two, at two calls each. The destroy switches four keys off and deletes seven, and
// the users.
func (st *story) struckThrough(b blow, at when) {
	st.t.Helper()
	st.struck(b, at, 1+st.rnd.IntN(20), apply...)
	st.verdict("after a struck apply that makes keys")
	st.settle() // what the next apply has to do must not depend on how far this one came
	st.turn(2)
	st.struck(b, at, 3+st.rnd.IntN(10), apply...)
	st.verdict("after a struck apply that changes keys")
	st.settle()
	st.struck(b, at, 3+st.rnd.IntN(10), destroy...)
	st.verdict("after a struck destroy")
	st.end()
}

// TestSoakKilled strikes again and again.
func TestSoakKilled(t *testing.T) {
	Soak(t)
	t.Parallel()
	for _, b := range blows() {
		for _, at := range []when{executed, answered} {
			for i := range 8 {
				t.Run(fmt.Sprintf("%s/%s/%d", b, at, i), func(t *testing.T) {
					t.Parallel()
					tell(t, 2).struckThrough(b, at)
				})
			}
		}
	}
}
