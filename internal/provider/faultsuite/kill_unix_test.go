//go:build unix

package faultsuite

import (
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// blow is what ends a run.
type blow string

const (
	interruptOnce  blow = "Ctrl-C once"
	interruptTwice blow = "Ctrl-C twice"
	killCLI        blow = "SIGKILL of the CLI"
	killProvider   blow = "SIGKILL of the provider"
)

// interrupted is what a CLI prints when it has taken a signal.
const interrupted = "Interrupt received"

// struck runs the CLI and strikes it when the API has executed the n-th call, before its answer leaves. It returns when the
// CLI and its providers are gone.
func (st *story) struck(b blow, n int, arguments ...string) {
	st.t.Helper()
	var pid atomic.Int64
	var calls atomic.Int64
	var providers []int
	hit := make(chan struct{})
	st.watch(func(string) {
		if calls.Add(1) != int64(n) {
			return
		}
		cli := int(pid.Load())
		providers = st.w.Children(cli)
		switch b {
		case killProvider:
			for _, provider := range providers {
				_ = syscall.Kill(provider, syscall.SIGKILL) // gone is what is wanted
			}
		case killCLI:
			_ = syscall.Kill(cli, syscall.SIGKILL)
		default:
			_ = syscall.Kill(cli, syscall.SIGINT)
		}
		close(hit)
	})
	defer st.watch(nil)
	r := st.s.Start(arguments...)
	pid.Store(int64(r.PID()))
	ended := make(chan struct{})
	if b == interruptTwice {
		go func() {
			select {
			case <-hit:
				r.AwaitOutput(interrupted)
				r.Signal(syscall.SIGINT)
			case <-ended:
			}
		}()
	}
	done := r.Wait()
	close(ended)
	select {
	case <-hit:
		st.killed = st.killed || b == killProvider
		st.w.Await("the providers are gone", func() bool {
			for _, provider := range providers {
				if runs(provider) {
					return false
				}
			}
			return true
		})
		st.t.Logf("%s at call %d of %s: the CLI ended with %d", b, n, arguments[0], done.Code)
	default:
		st.t.Logf("%s at call %d of %s: the run had fewer calls", b, n, arguments[0])
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
	st.struck(b, 4+st.rnd.IntN(18), apply...)
	st.verdict("after a struck apply that changes keys")
	st.settle()
	st.struck(b, 3+st.rnd.IntN(18), destroy...)
	st.verdict("after a struck destroy")
	st.end()
}
