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

// Workspace is a folder with a configuration, in which the real CLI runs with the built provider, as a user would run
// them. It shows what terraform-plugin-testing hides: warnings, the wording of errors, logs and plan files.
type Workspace struct {
	Dir string

	c       *CLI
	env     []string
	printed strings.Builder // by all commands that do not print values because they are asked for them
}

// binaries is the folder of the provider, and of the provider that tests pass secrets to, built once for the tests
// of a process.
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

// SimulatorBinary is the simulator as users run it, for what only a process can suffer.
func (c *CLI) SimulatorBinary() string {
	c.t.Helper()
	path, err := simulatorBinary()
	c.NoError(err)
	return path
}

// Workspace makes a folder with this configuration. The environment is the world's and nothing of the person's who
// runs the tests.
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
	c.t.Cleanup(s.revealsNothing)
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

// Result is what a command of the CLI came to. Output is what it printed, without colours and line breaks inside of
// sentences.
type Result struct {
	Code   int
	Output string
}

// patience is how long one command of the CLI may take before the test gives up.
const patience = 2 * time.Minute

// Run runs the CLI and returns what came out, whatever it was.
func (s *Workspace) Run(arguments ...string) Result {
	s.c.t.Helper()
	done := s.run(arguments...)
	if !shows(arguments) {
		s.printed.WriteString(done.printed)
	}
	return Result{Code: done.code, Output: plain(done.printed)}
}

// Printed is what all commands so far have printed, but for those that print values because they are asked for them.
func (s *Workspace) Printed() string { return plain(s.printed.String()) }

// end is a command's exit code and what it printed, as it was printed.
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
	// What was ended here says nothing of how it would have ended.
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

// Must runs the CLI and fails the test when it fails.
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

// EmptyPlan fails the test unless there is nothing to do.
func (s *Workspace) EmptyPlan() Result {
	s.c.t.Helper()
	r := s.Plan()
	if r.Code != 0 {
		s.c.t.Fatalf("the plan is not empty (exit code %d):\n%s", r.Code, r.Output)
	}
	return r
}

// Plan plans: code 0 for nothing to do, 1 for an error, 2 for something to do.
func (s *Workspace) Plan() Result {
	s.c.t.Helper()
	return s.Run("plan", "-detailed-exitcode", "-input=false", "-no-color")
}

// State is the raw state file.
func (s *Workspace) State() []byte {
	s.c.t.Helper()
	raw, err := os.ReadFile(filepath.Join(s.Dir, "terraform.tfstate"))
	s.c.NoError(err)
	return raw
}

// Attributes are the values of the first resource of a type in the state.
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

// Contains fails the test unless the output holds every text.
func (r Result) Contains(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.Output, text) {
			t.Errorf("not in the output: %q\n%s", text, r.Output)
		}
	}
}

// Lacks fails the test when the output holds one of the texts.
func (r Result) Lacks(t testing.TB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(r.Output, text) {
			t.Errorf("in the output: %q\n%s", text, r.Output)
		}
	}
}

// plain takes the frames of diagnostics and the breaks of long lines out, so that a sentence can be searched for.
func plain(out string) string {
	var b strings.Builder
	for _, line := range strings.Split(out, "\n") {
		b.WriteString(strings.TrimRight(strings.TrimLeft(line, "│╷╵ "), " "))
		b.WriteString(" ")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// official is the source of the official provider. In a Workspace the built provider stands in for it: there is no way to
// the registry, and the CLI asks only the provider that a resource has now.
const official = "outscale/outscale"

// ProviderAddress is the provider's address as the CLI writes it into a state.
func (s *Workspace) ProviderAddress() string { return s.host() + "/" + namespace + "/outscale" }

// OfficialAddress is the address of the official provider as the CLI writes it into a state.
func (s *Workspace) OfficialAddress() string { return s.host() + "/" + official }

// host is the CLI's default registry.
func (s *Workspace) host() string {
	host := "registry.terraform.io"
	if s.c.cli.tofu {
		host = "registry.opentofu.org"
	}
	return host
}

// Home is the home folder that the CLI and the provider see.
func (s *Workspace) Home() string { return filepath.Dir(s.Dir) }
