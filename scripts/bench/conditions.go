package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/scripts/internal/local"
)

// conditions describes the machine, the programs and the flags of a run.
func conditions(clis []*local.CLI, args []string) []string {
	var names []string
	for _, cli := range clis {
		names = append(names, cli.Name)
	}
	flags := "none"
	if asked := withoutPlaces(args); len(asked) > 0 {
		flags = "`" + strings.Join(asked, " ") + "`"
	}
	lines := []string{
		"Date: " + time.Now().UTC().Format("2006-01-02 15:04 MST"),
		"CLI: " + strings.Join(names, ", "),
		fmt.Sprintf("Machine: %s, %d logical processors, %s/%s", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH),
		"Go: " + strings.TrimPrefix(runtime.Version(), "go"),
		"Flags of `scripts/bench`: " + flags,
	}
	if commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output(); err == nil { //nolint:noctx // it ends by itself
		lines = append(lines, "Commit: "+strings.TrimSpace(string(commit)))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fields := strings.Fields(string(load))
		lines = append(lines, fmt.Sprintf("Load of the machine before: %s (1, 5 and 15 minutes): a load above the number of processors means that other work slowed the run down", strings.Join(fields[:3], ", ")))
	}
	return lines
}

// withoutPlaces omits paths of this machine, which do not affect the results.
func withoutPlaces(args []string) (kept []string) {
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-bin", "-out", "-go-bench", "-cli":
			i++
		default:
			kept = append(kept, args[i])
		}
	}
	return kept
}

// processor returns the name of the processor, or the architecture if the kernel does not report the name.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
