//go:build unix

package conformance

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describetest"
)

// built reports whether there is a binary to remove.
var built atomic.Bool

// build builds the binary, once per test process.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "outscale-sim")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "outscale-sim")
	out, err := exec.Command("go", "build", "-trimpath", "-o", binary, "github.com/outscale-access/terraform-provider-outscale/cmd/outscale-sim").CombinedOutput()
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)), os.RemoveAll(dir))
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if built.Load() {
		if binary, err := build(); err == nil {
			if err := os.RemoveAll(filepath.Dir(binary)); err != nil {
				println(err.Error())
				status = 1
			}
		}
	}
	os.Exit(status)
}

// process is a running binary of the simulator.
type process struct {
	*server
	cmd    *exec.Cmd
	stderr *bytes.Buffer
}

// spawn starts the binary on free ports, and waits for the line with the addresses.
func spawn(t *testing.T, args ...string) *process {
	t.Helper()
	built.Store(true)
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"}, args...)...), stderr: &bytes.Buffer{}}
	p.cmd.Env = append(os.Environ(), "OUTSCALE_SIM_ROOT_ACCESS_KEY="+rootID, "OUTSCALE_SIM_ROOT_SECRET_KEY="+rootSecret)
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			p.kill()
		}
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the simulator did not start: %v: %s", errors.Join(err, p.cmd.Wait()), p.stderr)
	}
	var ready struct{ API, Admin string }
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatalf("the line with the addresses: %v", err)
	}
	validator, err := describetest.New()
	if err != nil {
		t.Fatal(err)
	}
	p.server = &server{
		t: t, validator: validator, api: ready.API, admin: ready.Admin,
		client: &http.Client{Transport: validator.Transport(t, &http.Transport{MaxIdleConnsPerHost: 16})},
	}
	return p
}

// kill ends the process with SIGKILL.
func (p *process) kill() {
	// Both fail only if the process has already ended.
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// stop ends the process with SIGTERM and checks for exit status 0.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("SIGTERM: %v: %s", err, p.stderr)
	}
}
