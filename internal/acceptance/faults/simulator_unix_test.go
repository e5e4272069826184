//go:build unix

package faults

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

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// simulatorProcess is a simulator as users run it, on a file.
type simulatorProcess struct {
	cli         *acctest.CLI
	file        string
	cmd         *exec.Cmd
	API, Admin  string
	address     string
	adminListen string
}

// startSimulator starts the simulator on ports that stay its own, and makes it the API of the world.
func startSimulator(cli *acctest.CLI, dir string) *simulatorProcess {
	p := &simulatorProcess{cli: cli, file: filepath.Join(dir, "account.db"), address: fixedAddress(cli), adminListen: fixedAddress(cli)}
	p.start()
	cli.Endpoint = p.API
	cli.Env("OSC_ENDPOINT_API", p.API)
	return p
}

// The ports of fixedAddress: below those that systems give to whoever asks for any (32768 on Linux, 49152 elsewhere).
const (
	firstPort = 18000
	portCount = 12000
	// portStride keeps processes that start one after the other apart.
	portStride = 97
)

var nextPort atomic.Int64

// fixedAddress is an address that nobody is given while the simulator is dead: a port that was free in the range of those
// that are given to anybody may be another test's by the time the simulator comes back. Each process begins elsewhere.
func fixedAddress(cli *acctest.CLI) string {
	for range portCount {
		port := firstPort + (int64(os.Getpid())*portStride+nextPort.Add(1))%portCount
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if listener, err := net.Listen("tcp", address); err == nil {
			cli.NoError(listener.Close())
			return address
		}
	}
	cli.NoError(errors.New("no port is free for a simulator that is to come back"))
	return ""
}

// start starts it, at the same addresses each time.
func (p *simulatorProcess) start() {
	p.cmd = exec.Command(p.cli.SimulatorBinary(), "serve", "--listen", p.address, "--admin", p.adminListen, "--data", p.file, "--seed", fmt.Sprint(seed()))
	p.cmd.Env = append(os.Environ(), "OUTSCALE_SIM_ROOT_ACCESS_KEY="+p.cli.RootAccessKey, "OUTSCALE_SIM_ROOT_SECRET_KEY="+p.cli.RootSecretKey)
	stdout, err := p.cmd.StdoutPipe()
	p.cli.NoError(err)
	p.cmd.Stderr = os.Stderr
	p.cli.NoError(p.cmd.Start())
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	p.cli.NoError(err)
	var ready struct{ API, Admin string }
	p.cli.NoError(json.Unmarshal(line, &ready))
	p.API, p.Admin = ready.API, ready.Admin
}

// kill ends it like a power failure.
func (p *simulatorProcess) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // that it was killed is what is wanted
}

func (p *simulatorProcess) ask(method, path string, body io.Reader, out any) error {
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

func (p *simulatorProcess) state() (now admin.Snapshot) {
	p.cli.NoError(p.ask(http.MethodGet, "/state", nil, &now))
	return now
}

func (p *simulatorProcess) setFaults(list []simulator.Fault) error {
	if list == nil {
		list = []simulator.Fault{}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return p.ask(http.MethodPut, "/faults", bytes.NewReader(text), nil)
}

// calls is the number of calls since it was started.
func (p *simulatorProcess) calls() (n int) {
	var stats map[string]int
	p.cli.NoError(p.ask(http.MethodGet, "/requests/stats", nil, &stats))
	for _, count := range stats {
		n += count
	}
	return n
}

// TestFaults_simulatorKilled kills the API during an apply that creates, one that changes and a destroy, and starts it again on its
// file, at its address.
func TestFaults_simulatorKilled(t *testing.T) {
	t.Parallel()
	simulatorKilled(t)
}

// TestSoakFaults_simulatorKilled does it again and again.
func TestSoakFaults_simulatorKilled(t *testing.T) {
	acctest.Soak(t)
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
	cli := acctest.NewCLI(t)
	p := startSimulator(cli, t.TempDir())
	t.Cleanup(p.kill)
	sc := newScenarioIn(t, cli, 2)
	sc.snapshot, sc.setFaults = p.state, p.setFaults
	run := func(least int, arguments ...string) {
		t.Helper()
		// Slow enough that the moment can be seen from outside.
		sc.fault(simulator.Fault{Kind: faults.Latency, Latency: faults.Duration(50 * time.Millisecond)})
		from, n := p.calls(), least+sc.rnd.IntN(10)
		r := sc.s.Start(arguments...)
		cli.Await("the call at which the API is killed", func() bool { return p.calls()-from >= n })
		p.kill()
		p.start()
		ended := r.Wait()
		t.Logf("the API was killed after call %d of %s: the CLI ended with %d", n, arguments[0], ended.Code)
		sc.check("after the API was killed during " + arguments[0])
	}
	run(2, apply...)
	sc.configure(2)
	run(4, apply...)
	sc.converge()
	run(4, destroy...)
	sc.end()
}
