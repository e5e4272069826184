//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDemo_interrupted interrupts the demo at several of its lines. No file, simulator, CLI or provider may be left.
func TestDemo_interrupted(t *testing.T) {
	t.Parallel()
	bin := binaries(t)
	for _, line := range []string{"API:", "1. Create", "6. Seal", "   outscale-keys lists"} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			temp := t.TempDir()
			cmd := exec.Command(filepath.Join(bin, "demo"), "-bin", bin, "-version", "0.0.1")
			cmd.Env = append(os.Environ(), "TMPDIR="+temp)
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stderr strings.Builder
			cmd.Stderr = &stderr
			cmd.WaitDelay = 10 * time.Second // a simulator left behind holds on to standard error
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			api := ""
			for lines := bufio.NewScanner(output); lines.Scan(); {
				if at, found := strings.CutPrefix(lines.Text(), "API: "); found {
					api, _, _ = strings.Cut(at, " ")
				}
				if strings.HasPrefix(lines.Text(), line) {
					if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
						t.Fatal(err)
					}
				}
			}
			var exit *exec.ExitError
			if err := cmd.Wait(); errors.Is(err, exec.ErrWaitDelay) {
				t.Error("a process of the demo still holds its standard error")
			} else if !errors.As(err, &exit) || exit.ExitCode() != 130 {
				t.Fatalf("an interrupted demo ended with %v, want exit code 130\n%s", err, stderr.String())
			}
			left, err := os.ReadDir(temp)
			if err != nil || len(left) != 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
			endpoint, err := url.Parse(api)
			if err != nil || endpoint.Host == "" {
				t.Fatalf("the demo did not say where its API is: %q", api)
			}
			if conn, err := net.Dial("tcp", endpoint.Host); err == nil {
				_ = conn.Close()
				t.Error("the simulator is still there")
			}
			for _, command := range commandLines(t) {
				if strings.Contains(command, temp) {
					t.Errorf("a process of the demo is still there: %s", command)
				}
			}
		})
	}
}

// commandLines returns the command lines of the running processes, or none without /proc.
func commandLines(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil { // an error means that the process has ended
			lines = append(lines, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lines
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// built is a folder with the demo and the programs that it runs.
var built = sync.OnceValues(func() (string, error) {
	bin, err := os.MkdirTemp("", "outscale-demo-test-")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return bin, err
	}
	for dir, packages := range map[string][]string{
		"": {".", "./scripts/demo", "./cmd/outscale-sim", "./cmd/outscale-keys"}, "tools": {"filippo.io/age/cmd/age", "filippo.io/age/cmd/age-keygen"},
	} {
		build := exec.Command("go", append([]string{"build", "-trimpath", "-o", filepath.Join(bin, dir) + string(filepath.Separator)}, packages...)...)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return bin, fmt.Errorf("building %v: %w\n%s", packages, err, out)
		}
	}
	// If no CLI is on PATH, use the one that make builds.
	if tofu := filepath.Join(root, "bin", "tools", "tofu"); exists(tofu) {
		return bin, os.Symlink(tofu, filepath.Join(bin, "tools", "tofu"))
	}
	return bin, nil
})

func binaries(t *testing.T) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, _ := built(); bin != "" {
		_ = os.RemoveAll(bin)
	}
	os.Exit(code)
}

// variable matches the texts that differ between two runs of the demo: the CLI, ids, ports, times, and the number of calls,
// which depends on the speed of the machine.
var variable = strings.NewReplacer("$ tofu ", "$ terraform ")

var variables = map[*regexp.Regexp]string{
	regexp.MustCompile(`(?m)^CLI: .*`):             "CLI: NAME",
	regexp.MustCompile(`127\.0\.0\.1:[0-9]+`):      "127.0.0.1:PORT",
	regexp.MustCompile(`\b[A-Z0-9]{20}\b`):         "KEY",
	regexp.MustCompile(`(?m)API calls: .*`):        "API calls: N",
	regexp.MustCompile(`was checked\. [0-9]+ s\.`): "was checked. N s.",
}

func shape(text string) string {
	text = variable.Replace(text)
	for pattern, replacement := range variables {
		text = pattern.ReplaceAllString(text, replacement)
	}
	return strings.TrimSpace(text)
}

// TestDemo_transcript runs the demo and compares its output with the transcript in README.md.
func TestDemo_transcript(t *testing.T) {
	t.Parallel()
	bin := binaries(t)
	page, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "\n```text\nCLI: ")
	transcript, _, found := strings.Cut(rest, "\n```\n")
	if !found {
		t.Fatal("README.md has no transcript")
	}
	cmd := exec.Command(filepath.Join(bin, "demo"), "-bin", bin, "-version", "0.0.1")
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, stderr.String())
	}
	got, want := strings.Split(shape(string(out)), "\n"), strings.Split(shape("CLI: "+transcript), "\n")
	for n := range max(len(got), len(want)) {
		if n >= len(got) || n >= len(want) || got[n] != want[n] {
			t.Fatalf("README.md differs from line %d of the demo on (run make recording):\n%s", n+1, out)
		}
	}
}
