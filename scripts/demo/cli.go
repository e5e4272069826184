package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// cli is the Terraform or OpenTofu the story is told with.
type cli struct {
	path string
	name string
}

// findCLI takes terraform 1.10 or later from PATH, else the OpenTofu built from the tools module,
// building it first where it is not there yet.
func findCLI(ctx context.Context, bin string) (*cli, error) {
	if path, err := exec.LookPath("terraform"); err == nil {
		if name, recent := terraformVersion(ctx, path); recent {
			return &cli{path: path, name: name}, nil
		}
	}
	path := filepath.Join(bin, "tools", "tofu")
	if _, err := os.Stat(path); err != nil {
		fmt.Println("No terraform 1.10 or later on PATH: building OpenTofu from its Go module, about 4 minutes on two cores, once.")
		build := exec.CommandContext(ctx, "make", "--no-print-directory", "bin/tools/tofu")
		build.Dir = filepath.Dir(bin)
		build.Stdout, build.Stderr = os.Stdout, os.Stderr
		isolate(build)
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("building OpenTofu: %w", err)
		}
	}
	return &cli{path: path, name: "OpenTofu, built from its Go module"}, nil
}

var versionLine = regexp.MustCompile(`^Terraform v(\d+)\.(\d+)\S*`)

func terraformVersion(ctx context.Context, path string) (name string, recent bool) {
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	output, err := cmd.Output()
	if err != nil {
		return "", false
	}
	match := versionLine.FindStringSubmatch(string(output))
	if match == nil {
		return "", false
	}
	major, _ := strconv.Atoi(match[1])
	minor, _ := strconv.Atoi(match[2])
	return match[0], major > 1 || major == 1 && minor >= 10
}

// installProvider puts the provider where a plain init of either CLI finds it, in a home of its own.
func installProvider(bin, home, version string) error {
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	binary, err := os.ReadFile(filepath.Join(bin, "terraform-provider-outscale"+suffix))
	if err != nil {
		return fmt.Errorf("the provider is not built: %w", err)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		dir := filepath.Join(home, ".terraform.d", "plugins", host, "outscale-access", "outscale", version,
			runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
		name := filepath.Join(dir, "terraform-provider-outscale_v"+version+suffix)
		if err := os.WriteFile(name, binary, 0o755); err != nil { //nolint:gosec // a program must be executable
			return err
		}
	}
	return nil
}

// workspace is one folder with one configuration and one state.
type workspace struct {
	dir string
	cli *cli
	env []string
}

func (s *story) workspace(ctx context.Context, name, configuration string) (*workspace, error) {
	w := &workspace{dir: filepath.Join(s.world, name), cli: s.cli, env: s.environment()}
	if err := os.MkdirAll(w.dir, 0o750); err != nil {
		return nil, err
	}
	files := map[string]string{"versions.tf": requirements, "main.tf": configuration}
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(w.dir, file), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return w, w.run(ctx, "init", "-input=false")
}

// environment is the caller's, less everything that would point a CLI or a provider elsewhere.
func (s *story) environment() []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OSC_") && !strings.HasPrefix(pair, "TF_") && !strings.HasPrefix(pair, "HOME=") {
			env = append(env, pair)
		}
	}
	return append(env,
		"HOME="+s.home,
		"APPDATA="+s.home,
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_CONFIG_FILE="+os.DevNull,
		"TF_IN_AUTOMATION=1",
		"TF_CLI_ARGS=-no-color",
		"OSC_ENDPOINT_API="+s.sim.endpoint,
		"OSC_ACCESS_KEY="+s.sim.rootKey,
		"OSC_SECRET_KEY="+s.sim.rootSecret,
	)
}

// run executes the CLI and shows its output only when it failed. A cancelled context interrupts the CLI
// as Ctrl-C would, and kills it and its plugins only when it has not stopped by itself.
func (w *workspace) run(ctx context.Context, args ...string) error {
	var output bytes.Buffer
	err := w.execute(ctx, &output, args...)
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(w.cli.path), args[0], err, output.String())
	}
	return nil
}

func (w *workspace) execute(ctx context.Context, output io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, w.cli.path, args...)
	cmd.Dir, cmd.Env = w.dir, w.env
	cmd.Stdout, cmd.Stderr = output, output
	isolate(cmd)
	cmd.WaitDelay = 20 * time.Second
	defer killGroup(cmd)
	return cmd.Run()
}

func (w *workspace) expectEmptyPlan(ctx context.Context) error {
	var output bytes.Buffer
	err := w.execute(ctx, &output, "plan", "-detailed-exitcode", "-input=false")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 2 {
		return fmt.Errorf("the plan is not empty:\n%s", output.String())
	}
	if err != nil {
		return fmt.Errorf("plan: %w\n%s", err, output.String())
	}
	return nil
}

// state is what the workspace's state says, by resource address.
func (w *workspace) state(ctx context.Context) (map[string]map[string]any, error) {
	var output bytes.Buffer
	if err := w.execute(ctx, &output, "show", "-json"); err != nil {
		return nil, fmt.Errorf("show: %w\n%s", err, output.String())
	}
	var document struct {
		Values struct {
			Root struct {
				Resources []struct {
					Address string         `json:"address"`
					Values  map[string]any `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal(output.Bytes(), &document); err != nil {
		return nil, err
	}
	values := map[string]map[string]any{}
	for _, resource := range document.Values.Root.Resources {
		values[resource.Address] = resource.Values
	}
	return values, nil
}

// rewrite changes the configuration as a person would in an editor.
func (w *workspace) rewrite(from, to string) error {
	name := filepath.Join(w.dir, "main.tf")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !strings.Contains(string(text), from) {
		return fmt.Errorf("the configuration does not say %s", from)
	}
	return os.WriteFile(name, []byte(strings.ReplaceAll(string(text), from, to)), 0o600)
}
