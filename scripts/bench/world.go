package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// latency is the fault that delays each answer.
const latency = `[{"kind":"latency","latency":"20ms"}]`

// row is the size of a configuration: a number of keys, spread evenly over a number of users, and policies per user.
type row struct{ Keys, Users, Policies int }

func (r row) String() string {
	if r.Policies == 0 {
		return fmt.Sprintf("%d/%d", r.Keys, r.Users)
	}
	return fmt.Sprintf("%d/%d/%d", r.Keys, r.Users, r.Policies)
}

// title is the row in words.
func (r row) title() string {
	if r.Policies == 0 {
		return fmt.Sprintf("%d keys, %d users", r.Keys, r.Users)
	}
	return fmt.Sprintf("%d keys, %d users, %d policies each", r.Keys, r.Users, r.Policies)
}

// size is the number of its keys and links.
func (r row) size() int { return r.Keys + r.Users*r.Policies }

// parseRow is the reverse of String.
func parseRow(text string) (row, error) {
	var r row
	n, err := fmt.Sscanf(text, "%d/%d/%d", &r.Keys, &r.Users, &r.Policies)
	if n == 2 && errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if err != nil || r.String() != text || r.Users < 1 || r.Keys < 0 || r.Keys+r.Policies < 1 {
		return r, fmt.Errorf("%q is not KEYS/USERS or KEYS/USERS/POLICIES", text)
	}
	return r, nil
}

// perUser is the largest number of keys that a user has.
func (r row) perUser() int { return (r.Keys + r.Users - 1) / r.Users }

// keyLimit is the default limit of keys per owner (A4).
const keyLimit = 10

// subject is a provider that is measured, or the floor, which has no binary.
type subject struct {
	name   string
	source string   // the provider's source address
	binary string   // "" for the floor
	env    []string // variables for the binary, each NAME=VALUE
}

// floor is the same number of resources of the CLI's built-in provider, in the same shape.
var floor = subject{name: "terraform_data"}

// configuration returns the configuration of a row. requests is the argument requests_per_second, "" to omit it.
func (s subject) configuration(r row, requests string) string {
	if s.binary == "" {
		return floorConfiguration(r)
	}
	provider := ""
	if requests != "" {
		provider = "provider \"outscale\" {\n  requests_per_second = " + requests + "\n}\n"
	}
	return fmt.Sprintf(`terraform {
  required_providers {
    outscale = { source = %q }
  }
}
%s
resource "outscale_policy" "policy" {
  count       = %d
  policy_name = "policy-${count.index}"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadVms"], Resource = ["*"] }] })
}

resource "outscale_user" "owner" {
  count     = %d
  user_name = "user-${count.index}"
  path      = "/"
%s}

resource "outscale_access_key" "key" {
  count           = %d
  user_name       = outscale_user.owner[count.index %% %d].user_name
  state           = "ACTIVE"
  expiration_date = "2060-01-01"
}
`, s.source, provider, r.Policies, r.Users, policyBlocks(r.Policies), r.Keys, r.Users)
}

// policyBlocks returns n policy blocks of a user, in the form that the official provider also accepts.
func policyBlocks(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\n  policy {\n    policy_orn = outscale_policy.policy[%d].orn\n  }\n", i)
	}
	return b.String()
}

// floorConfiguration has a terraform_data for each resource of a row.
func floorConfiguration(r row) string {
	return fmt.Sprintf(`resource "terraform_data" "policy" {
  count = %d
  input = "policy-${count.index}"
}

resource "terraform_data" "owner" {
  count = %d
  input = ["user-${count.index}", terraform_data.policy[*].output]
}

resource "terraform_data" "key" {
  count = %d
  input = terraform_data.owner[count.index %% %d].output
}
`, r.Policies, r.Users, r.Keys, r.Users)
}

// world is a simulator, and a folder for each subject that works on it.
type world struct {
	cli *local.CLI
	sim *local.Simulator
	dir string
	bin string // the folder with the built meter
}

// newWorld starts a simulator that is slow to answer. The limit of keys per owner is lifted for a row that exceeds it.
func newWorld(ctx context.Context, cli *local.CLI, bin, seed string, r row) (w *world, err error) {
	w = &world{cli: cli, bin: bin}
	if w.dir, err = os.MkdirTemp("", "outscale-bench-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	flags := []string{"--log-level", "error", "--seed", seed}
	if r.perUser() > keyLimit {
		flags = append(flags, "--assume", fmt.Sprintf("A4=%d", r.perUser()))
	}
	if w.sim, err = local.StartSimulator(ctx, bin, ":memory:", flags...); err != nil {
		return nil, err
	}
	return w, w.sim.SetFaults(ctx, latency)
}

func (w *world) close() error {
	var err error
	if w.sim != nil {
		err = w.sim.Stop()
	}
	return errors.Join(err, os.RemoveAll(w.dir))
}

// workspace is a subject's folder in a world.
type workspace struct {
	w         *world
	home, dir string
	env       []string
	usage     string // the file that the meter writes
}

func (w *world) workspace() (*workspace, error) {
	home, err := os.MkdirTemp(w.dir, "home-")
	if err != nil {
		return nil, err
	}
	p := &workspace{w: w, home: home, dir: filepath.Join(home, "workspace"), env: local.Environment(home, w.sim), usage: filepath.Join(home, "usage.json")}
	return p, os.MkdirAll(p.dir, 0o750)
}

// install configures the CLI to start program as the provider of a subject, and returns the environment for it.
func (p *workspace) install(program string, by subject) ([]string, error) {
	plugins, err := os.MkdirTemp(p.home, "plugins-")
	if err != nil {
		return nil, err
	}
	kind := by.source[strings.LastIndex(by.source, "/")+1:]
	if err := os.Symlink(program, filepath.Join(plugins, "terraform-provider-"+kind)); err != nil {
		return nil, err
	}
	rc := filepath.Join(plugins, "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", by.source, filepath.ToSlash(plugins))
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return append(slices.Concat(p.env, by.env), "TF_CLI_CONFIG_FILE="+rc), nil
}

func (p *workspace) write(configuration string) error {
	return os.WriteFile(filepath.Join(p.dir, "main.tf"), []byte(configuration), 0o600)
}

// step is one command of the CLI.
type step string

// The steps that are measured.
const (
	create  step = "create"
	plan    step = "no-change plan"
	destroy step = "destroy"
)

var arguments = map[step][]string{
	create:  {"apply", "-auto-approve", "-input=false"},
	plan:    {"plan", "-detailed-exitcode", "-input=false"},
	destroy: {"destroy", "-auto-approve", "-input=false"},
}

// sample is the measurement of one step.
type sample struct {
	Wall      time.Duration
	Calls     local.Calls
	CPU       time.Duration // of all the provider's processes together
	PeakBytes int64         // of the largest of them
}

// do runs a step and measures it. A step that fails, or a plan that is not empty, is an error. CPU and memory of a plan are
// measured in a second run, so that the meter does not affect the wall time. Other steps can run only once.
func (p *workspace) do(ctx context.Context, by subject, s step) (sample, error) {
	if by.binary == "" {
		return p.run(ctx, by, s, p.env)
	}
	var got sample
	if s == plan {
		env, err := p.install(by.binary, by)
		if err != nil {
			return got, err
		}
		if got, err = p.run(ctx, by, s, env); err != nil {
			return got, err
		}
	}
	if err := os.Remove(p.usage); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return got, err
	}
	env, err := p.install(filepath.Join(p.w.bin, "meter"), by)
	if err != nil {
		return got, err
	}
	metered, err := p.run(ctx, by, s, append(env, "OUTSCALE_BENCH_PROGRAM="+by.binary, "OUTSCALE_BENCH_USAGE="+p.usage))
	if err != nil {
		return got, err
	}
	if s == plan {
		metered.Wall, metered.Calls = got.Wall, got.Calls
	}
	return metered, p.readUsage(&metered)
}

// run runs a step and measures time and calls.
func (p *workspace) run(ctx context.Context, by subject, s step, env []string) (sample, error) {
	before, err := p.w.sim.Calls(ctx)
	if err != nil {
		return sample{}, err
	}
	var output bytes.Buffer
	began := time.Now()
	err = p.w.cli.Execute(ctx, p.dir, env, &output, arguments[s]...)
	got := sample{Wall: time.Since(began)}
	if err != nil {
		why := "failed"
		var exit *exec.ExitError
		if s == plan && errors.As(err, &exit) && exit.ExitCode() == 2 {
			why = "wants to change something"
		}
		return got, fmt.Errorf("%s of %s: %s: %w\n%s", s, by.name, why, err, output.String())
	}
	after, err := p.w.sim.Calls(ctx)
	if err != nil {
		return got, err
	}
	got.Calls = after.Since(before)
	return got, nil
}

func (p *workspace) readUsage(into *sample) error {
	file, err := os.Open(p.usage)
	if err != nil {
		return fmt.Errorf("the provider was not measured: %w", err)
	}
	defer func() { _ = file.Close() }()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var used struct {
			CPUSeconds float64 `json:"cpu_seconds"`
			PeakBytes  int64   `json:"peak_bytes"`
		}
		if err := json.Unmarshal(lines.Bytes(), &used); err != nil {
			return err
		}
		into.CPU += time.Duration(used.CPUSeconds * float64(time.Second))
		into.PeakBytes = max(into.PeakBytes, used.PeakBytes)
	}
	return nil
}
