//go:build unix

package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// interruption is the way in which a run is interrupted.
type interruption string

const (
	interruptOnce  interruption = "Ctrl-C once"
	interruptTwice interruption = "Ctrl-C twice"
	killCLI        interruption = "SIGKILL of the CLI"
	killProvider   interruption = "SIGKILL of the provider"
	killBoth       interruption = "SIGKILL of both"
)

func interruptions() []interruption {
	return []interruption{interruptOnce, interruptTwice, killCLI, killProvider, killBoth}
}

// killsProvider reports whether the interruption kills the provider.
func (i interruption) killsProvider() bool { return i == killProvider || i == killBoth }

// killsCLI reports whether the interruption kills the CLI.
func (i interruption) killsCLI() bool { return i == killCLI || i == killBoth }

// side says whether a run is interrupted before or after an answer of the API.
type side string

const (
	// beforeAnswer interrupts the run while the provider waits for the answer, which the API sends after the interruption.
	beforeAnswer side = "before the answer"
	// afterAnswer interrupts the run when the API has sent the answer. Meanwhile the provider answers the CLI, which writes
	// the state, and makes the next call. How far they get depends on the machine.
	afterAnswer side = "after the answer"
)

// The messages of a CLI after its first and its second signal.
const (
	interruptedOnce  = "Interrupt received"
	interruptedTwice = "Two interrupts received"
)

// interrupter interrupts one run at one of its calls.
type interrupter struct {
	sc           *scenario
	interruption interruption
	at           int64 // the number of the call, from 1
	run          atomic.Pointer[acctest.Running]
	calls        atomic.Int64

	mu          sync.Mutex
	finished    map[string]bool // keys that had no marker before
	claimed     bool            // a call has been chosen for the interruption
	providers   []int
	begun, done chan struct{} // closed when the interruption begins and ends
}

// runInterrupted runs the CLI and interrupts it at the n-th call. It fails if the run makes fewer calls. It returns when the
// CLI and its providers have ended.
func (sc *scenario) runInterrupted(how interruption, where side, n int, arguments ...string) {
	sc.t.Helper()
	x := &interrupter{sc: sc, interruption: how, at: int64(n), finished: map[string]bool{}, begun: make(chan struct{}), done: make(chan struct{})}
	if how.killsProvider() {
		arguments = append(slices.Clone(arguments), "-parallelism=1")
	}
	stateBefore := sc.readState()
	x.rememberFinished()
	if where == beforeAnswer {
		sc.watch(x.onCall)
	} else {
		sc.cli.OnAnswer(x.onCall)
	}
	r := sc.workspace.Start(arguments...)
	x.run.Store(r)
	ended := r.Wait()
	sc.watch(nil)
	sc.cli.OnAnswer(nil)
	select {
	case <-x.begun:
		<-x.done
	default:
		sc.t.Fatalf("seed %d: nothing was interrupted: %s made %d calls, and the interruption was to be at call %d", seed(), arguments[0], x.calls.Load(), n)
	}
	sc.cli.Await("the providers have ended", func() bool { return !slices.ContainsFunc(x.providers, isRunning) })
	sc.restoreState(stateBefore)
	if how != interruptOnce {
		sc.interrupted, sc.pending = true, true
		sc.noteUnsaved(x.finished)
	}
	sc.t.Logf("%s %s of call %d of %s: the CLI ended with %d", how, where, n, arguments[0], ended.Code)
}

// restoreState restores an earlier state if the CLI left a file that is empty or cut off, as a user does from a backup. Both
// CLIs truncate a local state before they write it. The CLI's own backup is not used, because OpenTofu once left one that was
// older than the interrupted run.
func (sc *scenario) restoreState(before []byte) {
	sc.t.Helper()
	if after := sc.readState(); after == nil || json.Valid(after) || len(before) == 0 {
		return
	}
	sc.t.Log("the CLI left a state that is empty or cut off; the state from before the run is restored")
	sc.cli.NoError(os.WriteFile(sc.statePath(), before, 0o600))
}

// rememberFinished adds the keys that have no marker to finished.
func (x *interrupter) rememberFinished() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, k := range x.sc.snapshot().AccessKeys {
		x.finished[k.AccessKeyID] = x.finished[k.AccessKeyID] || !key.IsMarker(acctest.Tag(k))
	}
}

// onCall counts a call, and interrupts the run if its number is reached.
func (x *interrupter) onCall(string) {
	if at := x.calls.Add(1); at < x.at {
		// The CLI survives, so it saves the keys that the provider has returned.
		if x.interruption == killProvider {
			x.rememberFinished()
		}
		return
	}
	// The first call can come before Start has returned.
	if x.await("the CLI has started", func() bool { return x.run.Load() != nil }) && x.claim() {
		defer close(x.done)
		close(x.begun)
		x.interrupt(x.run.Load())
	}
}

// claim reports whether the interruption is at this call. To kill the provider, one must run: between plan and apply there
// is none, although the last answer of the plan may just have been sent. The interruption is then at the next call.
func (x *interrupter) claim() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.claimed {
		return false
	}
	x.providers = x.sc.cli.Children(x.run.Load().PID())
	x.claimed = x.interruption != killProvider || len(x.providers) > 0
	return x.claimed
}

// await waits for a condition. It does not end the test, because it is not called on the goroutine of the test.
func (x *interrupter) await(what string, condition func() bool) bool {
	if acctest.Reached(condition) {
		return true
	}
	x.sc.t.Errorf("seed %d: %s at call %d: this did not happen in time: %s", seed(), x.interruption, x.at, what)
	return false
}

// interrupt ignores the errors of signals, because a process may have ended.
func (x *interrupter) interrupt(r *acctest.Running) {
	if x.interruption.killsCLI() {
		_ = syscall.Kill(r.PID(), syscall.SIGKILL)
	}
	if x.interruption.killsProvider() {
		for _, provider := range x.providers {
			_ = syscall.Kill(provider, syscall.SIGKILL)
		}
	}
	if x.interruption == interruptOnce || x.interruption == interruptTwice {
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
	}
	if x.interruption == interruptTwice {
		// The answer is held until the CLI has printed both messages. Otherwise the run could end before the second signal.
		x.await(interruptedOnce, func() bool { return r.HasPrinted(interruptedOnce) || !isRunning(r.PID()) })
		_ = syscall.Kill(r.PID(), syscall.SIGINT)
		x.await(interruptedTwice, func() bool { return r.HasPrinted(interruptedTwice) || !isRunning(r.PID()) })
	}
}

// noteUnsaved remembers the keys that the run finished and the state does not have: the provider returned them to the CLI,
// which had not saved them. Both CLIs save a remote state at most every 20 seconds. OpenTofu
// does the same with a local one.
func (sc *scenario) noteUnsaved(before map[string]bool) {
	sc.t.Helper()
	state := sc.state()
	for _, k := range sc.observe().keys {
		if before[k.AccessKeyID] || key.IsMarker(acctest.Tag(k)) ||
			slices.ContainsFunc(state, func(s stateKey) bool { return s.ID == k.AccessKeyID }) {
			continue
		}
		sc.unsaved[k.AccessKeyID] = true
		sc.t.Logf("key %s was finished, and the state does not have it", k.AccessKeyID)
	}
}

// isRunning reports whether a process exists and is not a zombie.
func isRunning(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

// isProvider reports whether a process is a provider. Other children of a CLI are those of provisioners.
func isProvider(pid int) bool {
	out, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "terraform-provider-")
}

// TestFaults_interrupted interrupts runs that create, change and revoke keys.
func TestFaults_interrupted(t *testing.T) {
	t.Parallel()
	for _, how := range interruptions() {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			sc := newScenario(t, 2)
			sc.interruptLifecycle(how, []side{beforeAnswer, afterAnswer}[sc.rnd.IntN(2)])
		})
	}
}

// interruptLifecycle interrupts an apply that creates, one that changes, and a destroy. It chooses calls that the run makes
// in any case. The first apply creates two users and nine keys, with two calls each. The second, after reads, changes two
// users and seven keys and revokes two, with two calls each. The destroy deactivates four keys and deletes seven, and the
// users.
func (sc *scenario) interruptLifecycle(how interruption, where side) {
	sc.t.Helper()
	sc.runInterrupted(how, where, 1+sc.rnd.IntN(20), apply...)
	sc.check("after an interrupted apply that creates keys")
	sc.converge() // so that the calls of the next apply do not depend on the interruption
	sc.configure(2)
	sc.runInterrupted(how, where, 3+sc.rnd.IntN(10), apply...)
	sc.check("after an interrupted apply that changes keys")
	sc.converge()
	sc.runInterrupted(how, where, 3+sc.rnd.IntN(10), destroy...)
	sc.check("after an interrupted destroy")
	sc.end()
}

// TestSoakFaults_interrupted interrupts runs at many calls, on both sides of the answer.
func TestSoakFaults_interrupted(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, how := range interruptions() {
		for _, where := range []side{beforeAnswer, afterAnswer} {
			for i := range 8 {
				t.Run(fmt.Sprintf("%s/%s/%d", how, where, i), func(t *testing.T) {
					t.Parallel()
					newScenario(t, 2).interruptLifecycle(how, where)
				})
			}
		}
	}
}
