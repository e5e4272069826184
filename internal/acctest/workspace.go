package acctest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Workspace is a folder with a configuration, in which the CLI runs with the built provider as for a user. With it tests can check
// what terraform-plugin-testing hides: warnings, the text of errors, logs and plan files.
type Workspace struct {
	Dir string

	c       *CLI
	env     []string
	printed strings.Builder // the output of all commands except those that print values on request
}

// binaries returns the folder with the provider and with the provider sink. It builds them once per process.
var binaries = sync.OnceValues(func() (string, error) {
	dir, err := shared()
	if err != nil {
		return "", err
	}
	for name, source := range map[string]string{"outscale": ".", "sink": "./internal/acctest/sink"} {
		if _, err := built("terraform-provider-"+name, source); err != nil {
			return "", err
		}
	}
	return dir, nil
})

// built builds a program of the module into the shared folder.
func built(name, source string) (string, error) {
	dir, err := shared()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	build := exec.CommandContext(context.Background(), "go", "build", "-trimpath", "-o", path, source)
	build.Dir = root()
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return path, nil
}

var simulatorBinary = sync.OnceValues(func() (string, error) { return built("outscale-sim", "./cmd/outscale-sim") })

// SimulatorBinary returns the path of the outscale-sim program, for tests that kill its process.
func (c *CLI) SimulatorBinary() string {
	c.t.Helper()
	path, err := simulatorBinary()
	c.NoError(err)
	return path
}

// Workspace makes a folder with a configuration. Its environment is that of the account, without the variables of the user who runs
// the tests.
func (c *CLI) Workspace(config string) *Workspace {
	c.t.Helper()
	providers, err := binaries()
	c.NoError(err)
	providers = filepath.ToSlash(providers)
	dir := c.t.TempDir()
	rc := filepath.Join(dir, "cli.tfrc")
	c.NoError(os.WriteFile(rc, []byte(fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n    %q = %q\n    %q = %q\n  }\n  direct {}\n}\n",
		namespace+"/outscale", providers, namespace+"/sink", providers, official, providers)), 0o600))
	s := &Workspace{Dir: filepath.Join(dir, "workspace"), c: c, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir,
		"TF_CLI_CONFIG_FILE=" + rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
	}}
	c.NoError(os.MkdirAll(s.Dir, 0o750))
	s.Write(config)
	c.t.Cleanup(s.expectNoSecretPrinted)
	return s
}

// Write replaces the configuration.
func (s *Workspace) Write(config string) {
	s.c.t.Helper()
	if !strings.Contains(config, "required_providers") {
		config = Config(config)
	}
	s.File("main.tf", config)
}

// File writes a file into the folder.
func (s *Workspace) File(name, text string) {
	s.c.t.Helper()
	s.c.NoError(os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o600))
}

// Setenv adds a variable to the environment of the CLI.
func (s *Workspace) Setenv(name, value string) { s.env = append(s.env, name+"="+value) }

// Result is the result of a command of the CLI. Output is its output, without colours and without line breaks in sentences.
type Result struct {
	Code   int
	Output string
}

// patience is the longest time of one command of the CLI. After it the test fails.
const patience = 2 * time.Minute

// Run runs the CLI. It does not fail the test if the command fails.
func (s *Workspace) Run(arguments ...string) Result {
	s.c.t.Helper()
	done := s.run(arguments...)
	if !shows(arguments) {
		s.printed.WriteString(done.printed)
	}
	return Result{Code: done.code, Output: plain(done.printed)}
}

// Printed returns the output of all commands so far, except those that print values on request.
func (s *Workspace) Printed() string { return plain(s.printed.String()) }

// end is the exit code of a command and its unchanged output.
type end struct {
	code    int
	printed string
}

func (s *Workspace) run(arguments ...string) end {
	s.c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := s.command(ctx, arguments...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	// The exit code of a command that was killed after the timeout has no meaning.
	if ctx.Err() != nil {
		s.c.t.Fatalf("%v took longer than %s:\n%s", arguments, patience, plain(out.String()))
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.c.t.Fatalf("%v: %v", arguments, err)
	}
	return end{cmd.ProcessState.ExitCode(), out.String()}
}

func (s *Workspace) command(ctx context.Context, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.c.cli.path, arguments...)
	cmd.Dir = s.Dir
	cmd.Env = s.env
	for name, value := range s.c.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// Must runs the CLI, and ends the test with a failure if the command fails.
func (s *Workspace) Must(arguments ...string) Result {
	s.c.t.Helper()
	r := s.Run(arguments...)
	if r.Code != 0 {
		s.c.t.Fatalf("%v ended with %d:\n%s", arguments, r.Code, r.Output)
	}
	return r
}

// Apply applies the configuration.
func (s *Workspace) Apply() Result {
	s.c.t.Helper()
	return s.Must("apply", "-auto-approve", "-input=false", "-no-color")
}

// EmptyPlan plans, and ends the test with a failure unless the plan is empty.
func (s *Workspace) EmptyPlan() Result {
	s.c.t.Helper()
	r := s.Plan()
	if r.Code != 0 {
		s.c.t.Fatalf("the plan is not empty (exit code %d):\n%s", r.Code, r.Output)
	}
	return r
}

// Plan plans. The exit code is 0 for an empty plan, 1 for an error, and 2 for a plan with changes.
func (s *Workspace) Plan() Result {
	s.c.t.Helper()
	return s.Run("plan", "-detailed-exitcode", "-input=false", "-no-color")
}

// State returns the text of the state file.
func (s *Workspace) State() []byte {
	s.c.t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.Dir, "terraform.tfstate"))
	s.c.NoError(err)
	return raw
}

// Attributes returns the values of the first resource of a type in the state.
func (s *Workspace) Attributes(kind string) map[string]any {
	s.c.t.Helper()
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct{ Attributes map[string]any }
		}
	}
	s.c.NoError(json.Unmarshal(s.State(), &state))
	for _, r := range state.Resources {
		if r.Type == kind && len(r.Instances) > 0 {
			return r.Instances[0].Attributes
		}
	}
	s.c.t.Fatalf("no %s in the state", kind)
	return nil
}

// Contains fails the test unless the output has every text.
func (r Result) Contains(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.Output, text) {
			t.Errorf("not in the output: %q\n%s", text, r.Output)
		}
	}
}

// Lacks fails the test if the output has one of the texts.
func (r Result) Lacks(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.Output, text) {
			t.Errorf("in the output: %q\n%s", text, r.Output)
		}
	}
}

// plain removes the frames of diagnostics and the breaks of long lines, so that tests can search for sentences.
func plain(out string) string {
	var b strings.Builder
	for _, line := range strings.Split(out, "\n") {
		b.WriteString(strings.TrimRight(strings.TrimLeft(line, "│╷╵ "), " "))
		b.WriteString(" ")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// official is the source of the official provider. In a Workspace the CLI runs the built provider for it, because there is no
// registry. This is enough, because the CLI uses only the current provider of a resource.
const official = "outscale/outscale"

// ProviderAddress returns the provider's address as the CLI writes it into a state.
func (s *Workspace) ProviderAddress() string { return s.host() + "/" + namespace + "/outscale" }

// OfficialAddress returns the address of the official provider as the CLI writes it into a state.
func (s *Workspace) OfficialAddress() string { return s.host() + "/" + official }

// host returns the CLI's default registry.
func (s *Workspace) host() string {
	host := "registry.terraform.io"
	if s.c.cli.tofu {
		host = "registry.opentofu.org"
	}
	return host
}

// Home returns the home folder that the CLI and the provider see.
func (s *Workspace) Home() string { return filepath.Dir(s.Dir) }
