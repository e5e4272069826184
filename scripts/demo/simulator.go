package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"time"
)

// simulator is a running outscale-sim, and what is needed to ask it.
type simulator struct {
	cmd        *exec.Cmd
	endpoint   string
	admin      string
	rootKey    string
	rootSecret string
}

// startSimulator starts the built simulator on free loopback ports, with its data in the temporary folder,
// and waits for its line that says it is ready.
func startSimulator(ctx context.Context, bin, world string) (*simulator, error) {
	name := "outscale-sim"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	s := &simulator{rootKey: "DEMOROOTKEY012345678", rootSecret: "DEMOROOTSECRET0123456789DEMOROOTSECRET01"}
	// The simulator outlives an interrupted step: run stops it when the CLI has stopped.
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, name), "serve",
		"--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--data", filepath.Join(world, "sim.db"),
		"--root-access-key", s.rootKey, "--root-secret-key", s.rootSecret)
	s.cmd.Stderr = os.Stderr
	isolate(s.cmd)
	output, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	if err := s.awaitReady(output); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *simulator) awaitReady(output interface{ Read([]byte) (int, error) }) error {
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
	s.endpoint, s.admin = ready.API, ready.Admin
	return nil
}

// stop asks the simulator to drain and exit; one that does not within seconds is killed.
func (s *simulator) stop() error {
	defer killGroup(s.cmd)
	_ = s.cmd.Process.Signal(os.Interrupt)
	timer := time.AfterFunc(5*time.Second, func() { _ = s.cmd.Process.Kill() })
	defer timer.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("the simulator did not stop cleanly: %w", err)
	}
	return nil
}

// snapshot is what the API holds, as far as the story asks.
type snapshot struct {
	Users      []struct{ UserName string } `json:"users"`
	AccessKeys []keyAtAPI                  `json:"access_keys"`
}

type keyAtAPI struct {
	AccessKeyID    string `json:"AccessKeyId"`
	State          string
	ExpirationDate *time.Time
}

func (s snapshot) key(id string) (keyAtAPI, bool) {
	for _, key := range s.AccessKeys {
		if key.AccessKeyID == id {
			return key, true
		}
	}
	return keyAtAPI{}, false
}

func (s *simulator) state(ctx context.Context) (snapshot, error) {
	var now snapshot
	return now, s.ask(ctx, "/state", &now)
}

// calls counts the API calls so far, by action.
func (s *simulator) calls(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	return counts, s.ask(ctx, "/requests/stats", &counts)
}

func (s *simulator) ask(ctx context.Context, path string, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.admin+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// difference names the calls made between two counts, the most frequent first.
func difference(before, after map[string]int) string {
	var parts []string
	total := 0
	for action, count := range after {
		if n := count - before[action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, action))
			total += n
		}
	}
	if total == 0 {
		return "none"
	}
	sort.Sort(sort.Reverse(sort.StringSlice(parts)))
	return fmt.Sprintf("%d (%s)", total, strings.Join(parts, ", "))
}
