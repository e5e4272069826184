//go:build unix

// Command meter takes the place of a provider's binary. It runs the real one as its child, with the same standard streams, and
// records the CPU time and peak memory that the kernel reports when the child ends. The usage of the meter is not included.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// Environment variables with the program to run and the file to write.
const (
	envProgram = "OUTSCALE_BENCH_PROGRAM"
	envUsage   = "OUTSCALE_BENCH_USAGE"
)

// usage is one line of the file: one process of the provider.
type usage struct {
	CPUSeconds float64 `json:"cpu_seconds"` // user and system
	PeakBytes  int64   `json:"peak_bytes"`  // largest resident set
}

func main() {
	// Signals to this process are forwarded to the child.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	child := exec.Command(os.Getenv(envProgram), os.Args[1:]...) //nolint:noctx // it lives as long as the plugin does
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := child.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s)
		}
	}()
	var exit *exec.ExitError
	if err := child.Wait(); err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
	if err := write(child.ProcessState); err != nil {
		fmt.Fprintln(os.Stderr, "meter:", err)
		os.Exit(1)
	}
	os.Exit(max(child.ProcessState.ExitCode(), 0))
}

// write appends a line in one write, so that the lines of processes that end at the same time stay apart.
func write(state *os.ProcessState) error {
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this platform does not report the usage of a process")
	}
	unit := int64(1024)
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	cpu := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	line, err := json.Marshal(usage{CPUSeconds: cpu.Seconds(), PeakBytes: int64(used.Maxrss) * unit}) //nolint:unconvert // its type differs between platforms
	if err != nil {
		return err
	}
	file, err := os.OpenFile(os.Getenv(envUsage), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}
