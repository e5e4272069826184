package acctest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The environment of terraform-plugin-testing.
const (
	envPath      = "TF_ACC_TERRAFORM_PATH"
	envHost      = "TF_ACC_PROVIDER_HOST"
	envNamespace = "TF_ACC_PROVIDER_NAMESPACE"
)

// namespace is the first part of the provider's source address.
const namespace = "outscale-access"

// cli is the Terraform or OpenTofu that the tests of this process run.
type cli struct {
	path string
	tofu bool
}

var theCLI = sync.OnceValues(findCLI)

// findCLI takes what TF_ACC_TERRAFORM_PATH names, else terraform 1.10 or later from PATH, else the OpenTofu of the
// tools module. It prepares the environment of the process for terraform-plugin-testing, which knows no other way.
func findCLI() (cli, error) {
	config, err := emptyConfig()
	if err != nil {
		return cli{}, err
	}
	for name, value := range map[string]string{
		"TF_CLI_CONFIG_FILE": config, "CHECKPOINT_DISABLE": "1", envNamespace: namespace,
	} {
		if err := os.Setenv(name, value); err != nil {
			return cli{}, err
		}
	}
	found, err := locate(os.Getenv(envPath), root())
	if err != nil {
		return cli{}, err
	}
	if err := os.Setenv(envPath, found.path); err != nil {
		return cli{}, err
	}
	// OpenTofu reads an address without a host as one of its own registry's.
	if found.tofu {
		return found, os.Setenv(envHost, "registry.opentofu.org")
	}
	return found, os.Unsetenv(envHost)
}

// shared is a folder for what all tests of a process use: the built provider and the CLI's configuration file.
var shared = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "outscale-acctest-") })

// Main runs the tests of a package and removes what they shared. Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if dir, err := shared(); err == nil {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, "acctest:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// emptyConfig makes the CLI configuration file that keeps the one of the person who runs the tests out of them.
func emptyConfig() (string, error) {
	dir, err := shared()
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "empty.tfrc")
	return name, os.WriteFile(name, nil, 0o600)
}

// locate looks for a CLI: the one that is named, then on PATH, then below the folder of the module.
func locate(named, module string) (cli, error) {
	if named != "" {
		product, _, err := version(named)
		return cli{path: named, tofu: product == "OpenTofu"}, err
	}
	if path, err := exec.LookPath("terraform"); err == nil {
		if product, recent, err := version(path); err == nil && product == "Terraform" && recent {
			return cli{path: path}, nil
		}
	}
	path := filepath.Join(module, "bin", "tools", "tofu")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err != nil {
		return cli{}, fmt.Errorf("no terraform 1.10 or later on PATH and no OpenTofu built: run make bin/tools/tofu, or name a CLI in %s", envPath)
	}
	return cli{path: path, tofu: true}, nil
}

var versionLine = regexp.MustCompile(`^(Terraform|OpenTofu) v(\d+)\.(\d+)`)

// version asks a CLI what it is, and whether it is recent enough for the features that the tests use.
func version(path string) (product string, recent bool, err error) {
	out, err := exec.CommandContext(context.Background(), path, "version").Output()
	if err != nil {
		return "", false, fmt.Errorf("%s version: %w", path, err)
	}
	match := versionLine.FindStringSubmatch(string(out))
	if match == nil {
		return "", false, fmt.Errorf("%s is neither Terraform nor OpenTofu: %q", path, strings.SplitN(string(out), "\n", 2)[0])
	}
	major, _ := strconv.Atoi(match[2])
	minor, _ := strconv.Atoi(match[3])
	return match[1], major > 1 || major == 1 && minor >= 10, nil
}

// root is the folder of the module.
func root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// Root is the folder of the module, for the tests that read examples.
func Root(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root(), "go.mod")); err != nil {
		t.Fatalf("the folder of the module was not found: %v", err)
	}
	return root()
}
