// Package local helps the commands under scripts/ to find a Terraform or OpenTofu, to start a simulator, and to end all of
// their processes.
package local

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// CLI is a Terraform or an OpenTofu.
type CLI struct {
	Path string
	Name string // with its version, where it was asked for it
}

// Command is the name of the command, as a user types it.
func (c *CLI) Command() string {
	return strings.TrimSuffix(filepath.Base(c.Path), ".exe")
}

// FindCLI returns terraform 1.10 or later from PATH, or else the OpenTofu of the tools module, which it builds if necessary.
func FindCLI(ctx context.Context, bin string) (*CLI, error) {
	if path, err := exec.LookPath("terraform"); err == nil {
		if name, recent := terraformVersion(ctx, path); recent {
			return &CLI{Path: path, Name: name}, nil
		}
	}
	path := filepath.Join(bin, "tools", "tofu")
	if _, err := os.Stat(path); err != nil {
		fmt.Println("No terraform 1.10 or later on PATH: building OpenTofu from its Go module, about 4 minutes on two cores, once.")
		build := exec.CommandContext(ctx, "make", "--no-print-directory", "bin/tools/tofu")
		build.Dir = filepath.Dir(bin)
		build.Stdout, build.Stderr = os.Stdout, os.Stderr
		Isolate(build)
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("building OpenTofu: %w", err)
		}
	}
	return &CLI{Path: path, Name: "OpenTofu, built from its Go module"}, nil
}

var versionLine = regexp.MustCompile(`^Terraform v(\d+)\.(\d+)\S*`)

func terraformVersion(ctx context.Context, path string) (name string, recent bool) {
	name, err := Version(ctx, path)
	match := versionLine.FindStringSubmatch(name)
	if err != nil || match == nil {
		return "", false
	}
	major, _ := strconv.Atoi(match[1])
	minor, _ := strconv.Atoi(match[2])
	return match[0], major > 1 || major == 1 && minor >= 10
}

// Version returns the first line of the output of version, such as "OpenTofu v1.12.6".
func Version(ctx context.Context, path string) (string, error) {
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.Env = append(os.Environ(), "CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE="+os.DevNull)
	output, err := cmd.Output()
	line, _, _ := strings.Cut(string(output), "\n")
	return line, err
}

// Environment returns the caller's environment for a run with a home of its own on a simulator. It leaves out every variable
// that would direct a CLI or a provider elsewhere.
func Environment(home string, sim *Simulator) []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OSC_") && !strings.HasPrefix(pair, "TF_") && !strings.HasPrefix(pair, "HOME=") {
			env = append(env, pair)
		}
	}
	return append(env,
		"HOME="+home,
		"APPDATA="+home,
		"CHECKPOINT_DISABLE=1",
		"TF_CLI_CONFIG_FILE="+os.DevNull,
		"TF_IN_AUTOMATION=1",
		"TF_CLI_ARGS=-no-color",
		"OSC_ENDPOINT_API="+sim.Endpoint,
		"OSC_ACCESS_KEY="+sim.RootKey,
		"OSC_SECRET_KEY="+rootSecret,
	)
}
