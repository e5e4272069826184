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
	"runtime"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// installProvider copies the provider to where init of either CLI finds it, in a home folder of its own.
func installProvider(bin, home, version string) error {
	binary, err := os.ReadFile(filepath.Join(bin, local.Executable("terraform-provider-outscale")))
	if err != nil {
		return fmt.Errorf("the provider is not built: %w", err)
	}
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		dir := filepath.Join(home, ".terraform.d", "plugins", host, "outscale-access", "outscale", version,
			runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
		name := filepath.Join(dir, local.Executable("terraform-provider-outscale_v"+version))
		if err := os.WriteFile(name, binary, 0o755); err != nil { //nolint:gosec // a program must be executable
			return err
		}
	}
	return nil
}

// workspace is one folder with one configuration and one state.
type workspace struct {
	dir string
	cli *local.CLI
	env []string
}

const requirements = `terraform {
  required_providers {
    outscale = { source = "outscale-access/outscale" }
  }
}
`

func (d *demo) workspace(ctx context.Context, name, configuration string) (*workspace, error) {
	w := &workspace{dir: filepath.Join(d.world, name), cli: d.cli, env: local.Environment(d.home, d.sim)}
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

// run runs the CLI and shows its output only if it fails.
func (w *workspace) run(ctx context.Context, args ...string) error {
	var output bytes.Buffer
	err := w.execute(ctx, &output, args...)
	if err != nil {
		return fmt.Errorf("%s %s: %w\n%s", filepath.Base(w.cli.Path), args[0], err, output.String())
	}
	return nil
}

func (w *workspace) execute(ctx context.Context, output io.Writer, args ...string) error {
	return w.cli.Execute(ctx, w.dir, w.env, output, args...)
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

// state returns the values of the workspace's state, by resource address.
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

// add adds a part to the configuration.
func (w *workspace) add(part string) error {
	file, err := os.OpenFile(filepath.Join(w.dir, "main.tf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(part)
	return errors.Join(err, file.Close())
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
