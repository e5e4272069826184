//go:build unix

package main

import (
	"bufio"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemo_interrupted interrupts the demo at several of its lines, and looks for what is left: files, the simulator, a CLI
// or a provider.
func TestDemo_interrupted(t *testing.T) {
	bin := builtBinaries(t)
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

// commandLines are those of the running processes; none where there is no /proc to read them from.
func commandLines(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, file := range files {
		if line, err := os.ReadFile(file); err == nil { // a process may have ended meanwhile
			lines = append(lines, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return lines
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// builtBinaries builds the demo and the programs that it runs, and takes the CLI from where make puts it when there is none
// on PATH.
func builtBinaries(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for name, pkg := range map[string]string{
		"demo": "./scripts/demo", "terraform-provider-outscale": ".", "outscale-sim": "./cmd/outscale-sim",
		"outscale-keys": "./cmd/outscale-keys", "tools/age": "filippo.io/age/cmd/age", "tools/age-keygen": "filippo.io/age/cmd/age-keygen",
	} {
		build := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(bin, name), pkg)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", name, err, out)
		}
	}
	if tofu := filepath.Join(root, "bin", "tools", "tofu"); exists(tofu) {
		if err := os.Symlink(tofu, filepath.Join(bin, "tools", "tofu")); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}
