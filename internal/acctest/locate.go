package acctest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	path  string
	tofu  bool
	minor int // of version 1.minor; later major versions have everything
}

var theCLI = sync.OnceValues(findCLI)

// errNoCLI means that the environment has no CLI.
var errNoCLI = errors.New("this test needs a CLI: make test-acceptance runs it, or go test with the path of OpenTofu or Terraform 1.10 or later in " + envPath)

// findCLI returns the CLI of the environment. It changes the environment of the process for terraform-plugin-testing, which has no
// other configuration.
func findCLI() (cli, error) {
	path := os.Getenv(envPath)
	if path == "" {
		return cli{}, errNoCLI
	}
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
	// identify must run after the environment is set: with the configuration file of the user the CLI can print warnings.
	found, err := identify(path)
	if err != nil {
		return cli{}, err
	}
	// For OpenTofu an address without a host is one of its own registry.
	if found.tofu {
		return found, os.Setenv(envHost, "registry.opentofu.org")
	}
	return found, os.Unsetenv(envHost)
}

// shared is a folder with the files that all tests of a process use: the built provider and the CLI's configuration file.
var shared = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "outscale-acctest-") })

// Main runs the tests of a package, and removes their shared files. Call it from TestMain.
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

// emptyConfig makes an empty CLI configuration file, which replaces that of the user who runs the tests.
func emptyConfig() (string, error) {
	dir, err := shared()
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "empty.tfrc")
	return name, os.WriteFile(name, nil, 0o600)
}

var versionLine = regexp.MustCompile(`^(Terraform|OpenTofu) v(\d+)\.(\d+)`)

// identify returns the name and version of a CLI. It returns an error if the CLI is too old for the tests.
func identify(path string) (cli, error) {
	out, err := exec.CommandContext(context.Background(), path, "version").Output()
	if err != nil {
		return cli{}, fmt.Errorf("%s version: %w", path, err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	match := versionLine.FindStringSubmatch(first)
	if match == nil {
		return cli{}, fmt.Errorf("%s is neither Terraform nor OpenTofu: %q", path, first)
	}
	major, _ := strconv.Atoi(match[2])
	minor, _ := strconv.Atoi(match[3])
	if major < 1 || major == 1 && minor < 10 {
		return cli{}, fmt.Errorf("%s is %q: the tests need version 1.10 or later", path, first)
	}
	if major > 1 {
		minor = math.MaxInt
	}
	return cli{path: path, tofu: match[1] == "OpenTofu", minor: minor}, nil
}

// root returns the folder of the module.
func root() string { return module }

// module is the folder of the module, or "" outside of it. It is found from the working folder of a test, which is that of its
// package, because a binary that is built with -trimpath has no paths of source files.
var module = func() string {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return ""
}()

// Root returns the folder of the module, for tests that read examples.
func Root(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(root(), "go.mod")); err != nil {
		t.Fatalf("the folder of the module was not found: %v", err)
	}
	return root()
}
