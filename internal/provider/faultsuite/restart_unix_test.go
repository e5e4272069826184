//go:build unix

package faultsuite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// process is a simulator that users run, on a file.
type process struct {
	w           *World
	file        string
	cmd         *exec.Cmd
	API, Admin  string
	address     string
	adminListen string
}

// spawn starts the simulator on ports that stay its own, and makes it the API of the world.
func spawn(w *World, dir string) *process {
	p := &process{w: w, file: filepath.Join(dir, "account.db"), address: steady(w), adminListen: steady(w)}
	p.start()
	w.Endpoint = p.API
	w.Env("OSC_ENDPOINT_API", p.API)
	return p
}

// The ports that steady gives: below those that systems give to whoever asks for any (32768 on Linux, 49152 elsewhere).
const (
	firstSteady  = 18000
	steadyPorts  = 12000
	steadyStride = 97 // between processes that start one after the other
)

var nextSteady atomic.Int64

// steady is an address that nobody is given while the simulator is dead: a port that was free in the range of those that
// are given to anybody may be another test's by the time the simulator comes back. Each process begins elsewhere.
func steady(w *World) string {
	for range steadyPorts {
		port := firstSteady + (int64(os.Getpid())*steadyStride+nextSteady.Add(1))%steadyPorts
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if listener, err := net.Listen("tcp", address); err == nil {
			w.Must(listener.Close())
			return address
		}
	}
	w.Must(errors.New("no port is free for a simulator that is to come back"))
	return ""
}

// start starts it, the second time where it was the first time.
func (p *process) start() {
	p.cmd = exec.Command(p.w.SimulatorBinary(), "serve", "--listen", p.address, "--admin", p.adminListen, "--data", p.file, "--seed", fmt.Sprint(seed()))
	p.cmd.Env = append(os.Environ(), "OUTSCALE_SIM_ROOT_ACCESS_KEY="+p.w.RootAccessKey, "OUTSCALE_SIM_ROOT_SECRET_KEY="+p.w.RootSecretKey)
	stdout, err := p.cmd.StdoutPipe()
	p.w.Must(err)
	p.cmd.Stderr = os.Stderr
	p.w.Must(p.cmd.Start())
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	p.w.Must(err)
	var ready struct{ API, Admin string }
	p.w.Must(json.Unmarshal(line, &ready))
	p.API, p.Admin = ready.API, ready.Admin
}

// kill ends it as a machine ends that loses its power.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // that it was killed is what is wanted
}

func (p *process) ask(method, path string, body io.Reader, out any) error {
	req, err := http.NewRequest(method, p.Admin+path, body)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

func (p *process) state() (now admin.Snapshot) {
	p.w.Must(p.ask(http.MethodGet, "/state", nil, &now))
	return now
}

func (p *process) setFaults(list []simulator.Fault) error {
	if list == nil {
		list = []simulator.Fault{}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return p.ask(http.MethodPut, "/faults", bytes.NewReader(text), nil)
}

// calls is how many calls came since it was started.
func (p *process) calls() (n int) {
	var stats map[string]int
	p.w.Must(p.ask(http.MethodGet, "/requests/stats", nil, &stats))
	for _, of := range stats {
		n += of
	}
	return n
}

// TestSimulatorKilled kills the API in the middle of an apply that makes, of one that changes and of a destroy, and starts
// it again on its file, at its address.
func TestSimulatorKilled(t *testing.T) {
	t.Parallel()
	simulatorKilled(t)
}

// TestSoakSimulatorKilled does it again and again.
func TestSoakSimulatorKilled(t *testing.T) {
	Soak(t)
	t.Parallel()
	for i := range 10 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			simulatorKilled(t)
		})
	}
}

func simulatorKilled(t *testing.T) {
	t.Helper()
	w := New(t)
	p := spawn(w, t.TempDir())
	t.Cleanup(p.kill)
	st := &story{t: t, w: w, rnd: draw(t), pair: AgePair(t), size: 2, roots: 1, users: 2, at: p.state, set: p.setFaults, closing: map[string]bool{}, redated: map[string]bool{}, patience: patient}
	st.s = w.Workspace(st.config(1))
	strike := func(least int, arguments ...string) {
		t.Helper()
		// Slow enough that the moment can be seen from outside.
		st.fault(simulator.Fault{Kind: faults.Latency, Latency: faults.Duration(50 * time.Millisecond)})
		from, n := p.calls(), least+st.rnd.IntN(10)
		r := st.s.Start(arguments...)
		w.Await("the call at which the API dies", func() bool { return p.calls()-from >= n })
		p.kill()
		p.start()
		done := r.Wait()
		t.Logf("the API died after call %d of %s: the CLI ended with %d", n, arguments[0], done.Code)
		st.verdict("after the API died during " + arguments[0])
	}
	strike(2, apply...)
	st.turn(2)
	strike(4, apply...)
	st.settle()
	strike(4, destroy...)
	st.end()
}
