package local

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// The root access key of every simulator that is started here. It is valid for that local process only.
const (
	rootKey    = "DEMOROOTKEY012345678"
	rootSecret = "DEMOROOTSECRET0123456789DEMOROOTSECRET01"
)

// Simulator is a running outscale-sim.
type Simulator struct {
	Endpoint string // base URL of the API
	Admin    string // base URL of the admin port
	RootKey  string // id of the account's first access key

	cmd *exec.Cmd
}

// StartSimulator starts the built simulator on free loopback ports, with its data in a file (":memory:" for none), and waits
// until it is ready. Further flags are passed on.
func StartSimulator(ctx context.Context, bin, data string, flags ...string) (*Simulator, error) {
	s := &Simulator{RootKey: rootKey}
	arguments := append([]string{"serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data", data,
		"--root-access-key", rootKey, "--root-secret-key", rootSecret}, flags...)
	// The simulator outlives an interrupted step: it is stopped when the CLI has stopped.
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, Executable("outscale-sim")), arguments...)
	s.cmd.Stderr = os.Stderr
	Isolate(s.cmd)
	output, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	if err := s.awaitReady(output); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// Executable returns the file name of a program on this platform.
func Executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

func (s *Simulator) awaitReady(output io.Reader) error {
	line, err := bufio.NewReader(output).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("the simulator did not say that it is ready: %w", err)
	}
	var ready struct {
		API   string `json:"api"`
		Admin string `json:"admin"`
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		return fmt.Errorf("the simulator's ready line: %w", err)
	}
	s.Endpoint, s.Admin = ready.API, ready.Admin
	return nil
}

// Stop asks the simulator to drain and exit, and kills it if it does not exit within seconds.
func (s *Simulator) Stop() error {
	defer KillGroup(s.cmd)
	_ = s.cmd.Process.Signal(os.Interrupt)
	timer := time.AfterFunc(5*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer timer.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the simulator did not stop cleanly: %w", err)
	}
	return nil
}

// Calls counts API calls by action.
type Calls map[string]int

// Calls returns the API calls so far.
func (s *Simulator) Calls(ctx context.Context) (Calls, error) {
	counts := Calls{}
	return counts, s.Ask(ctx, "/requests/stats", &counts)
}

// Since returns the calls made after an earlier count.
func (c Calls) Since(before Calls) Calls {
	since := Calls{}
	for action, count := range c {
		if n := count - before[action]; n > 0 {
			since[action] = n
		}
	}
	return since
}

// Total returns the number of calls.
func (c Calls) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// String lists the calls, the most frequent first.
func (c Calls) String() string {
	if len(c) == 0 {
		return "none"
	}
	return fmt.Sprintf("%d (%s)", c.Total(), c.ByAction())
}

// ByAction returns the count of each action, the most frequent first.
func (c Calls) ByAction() string {
	actions := make([]string, 0, len(c))
	for action := range c {
		actions = append(actions, action)
	}
	sort.Slice(actions, func(i, j int) bool {
		a, b := actions[i], actions[j]
		return c[a] > c[b] || c[a] == c[b] && a < b
	})
	for i, action := range actions {
		actions[i] = fmt.Sprintf("%d %s", c[action], action)
	}
	return strings.Join(actions, ", ")
}

// Ask reads from the admin port.
func (s *Simulator) Ask(ctx context.Context, path string, answer any) error {
	return s.request(ctx, http.MethodGet, path, nil, answer)
}

// SetFaults replaces the faults, a JSON list of them.
func (s *Simulator) SetFaults(ctx context.Context, faults string) error {
	var set any
	return s.request(ctx, http.MethodPut, "/faults", []byte(faults), &set)
}

// MoveClock moves the simulator's clock forward. From then on the simulator refuses signatures with another time, so that
// clients must use its time.
func (s *Simulator) MoveClock(ctx context.Context, by time.Duration) error {
	var moved any
	return s.request(ctx, http.MethodPost, "/clock", fmt.Appendf(nil, `{"advance":%q,"strict":true}`, by), &moved)
}

func (s *Simulator) request(ctx context.Context, method, path string, body []byte, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.Admin+path, bytes.NewReader(body))
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
	return json.NewDecoder(resp.Body).Decode(answer)
}
