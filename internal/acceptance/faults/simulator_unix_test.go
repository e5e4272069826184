//go:build unix

package faults

import (
	"bufio"
	"bytes"
	"encoding/json"
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

// simulatorProcess is a process of outscale-sim with its data in a file.
type simulatorProcess struct {
	cli         *acctest.CLI
	file        string
	cmd         *exec.Cmd
	API, Admin  string
	address     string
	adminListen string
}

// startSimulator starts the simulator on ports that no other process is given, and makes it the API of the CLI.
func startSimulator(cli *acctest.CLI, dir string) *simulatorProcess {
	p := &simulatorProcess{cli: cli, file: filepath.Join(dir, "account.db"), address: fixedAddress(cli), adminListen: fixedAddress(cli)}
	p.start()
	cli.Endpoint = p.API
	cli.Env("OSC_ENDPOINT_API", p.API)
	return p
}

// The ports of fixedAddress are below those that systems assign for port 0 (from 32768 on Linux, from 49152 elsewhere).
const (
	firstPort = 18000
	portCount = 12000
	// portStride keeps processes that start one after the other apart.
	portStride = 97
)

var nextPort atomic.Int64

// fixedAddress returns an address that is still free when the simulator starts again. The system could assign a port of its
// own range to another test before that. Each process of tests begins at another port.
func fixedAddress(cli *acctest.CLI) string {
	for range portCount {
		port := firstPort + (int64(os.Getpid())*portStride+nextPort.Add(1))%portCount
		address := fmt.Sprintf("127.0.0.1:%d", port)
		if listener, err := net.Listen("tcp", address); err == nil {
			cli.NoError(listener.Close())
			return address
		}
	}
	cli.NoError(fmt.Errorf("no port from %d to %d is free", firstPort, firstPort+portCount-1))
	return ""
}

// start starts the simulator, at the same addresses each time.
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

// kill ends the simulator with SIGKILL.
func (p *simulatorProcess) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // the error says that the process was killed
}

// request sends a request to the admin port, and decodes the answer into out unless out is nil.
func (p *simulatorProcess) request(method, path string, body io.Reader, out any) error {
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
	p.cli.NoError(p.request(http.MethodGet, "/state", nil, &now))
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
	return p.request(http.MethodPut, "/faults", bytes.NewReader(text), nil)
}

// calls returns the number of calls since the simulator was started.
func (p *simulatorProcess) calls() (n int) {
	var stats map[string]int
	p.cli.NoError(p.request(http.MethodGet, "/requests/stats", nil, &stats))
	for _, count := range stats {
		n += count
	}
	return n
}

// TestFaults_simulatorKilled kills the simulator during an apply that creates, one that changes, and a destroy, and starts it
// again with the same file and addresses.
func TestFaults_simulatorKilled(t *testing.T) {
	t.Parallel()
	simulatorKilled(t)
}

// TestSoakFaults_simulatorKilled repeats TestFaults_simulatorKilled with different calls.
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
		// The test polls the number of calls, so the calls must not be too fast.
		sc.fault(simulator.Fault{Kind: faults.Latency, Latency: faults.Duration(50 * time.Millisecond)})
		from, n := p.calls(), least+sc.rnd.IntN(10)
		r := sc.workspace.Start(arguments...)
		cli.Await("the call at which to kill the simulator", func() bool { return p.calls()-from >= n })
		p.kill()
		p.start()
		ended := r.Wait()
		t.Logf("the simulator was killed after call %d of %s: the CLI ended with %d", n, arguments[0], ended.Code)
		sc.check("after the simulator was killed during " + arguments[0])
	}
	run(2, apply...)
	sc.configure(2)
	run(4, apply...)
	sc.converge()
	run(4, destroy...)
	sc.end()
}
