package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// childVariable makes the test binary behave as the program that run starts.
const childVariable = "OUTSCALE_KEYS_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "wait":
		child()
	case "exit":
		os.Exit(7)
	case "write":
		surviveBrokenPipe()
		if _, err := fmt.Println("nobody reads this"); errors.Is(err, syscall.EPIPE) {
			os.Exit(8)
		}
	}
	os.Exit(m.Run())
}

// child writes the signals that it gets, and ends with exit code 5 after a line of input.
func child() {
	signals := make(chan os.Signal, signalsToKill)
	signal.Notify(signals, stopSignals...)
	fmt.Println("ready")
	lines := make(chan bool)
	go func() {
		for in := bufio.NewScanner(os.Stdin); in.Scan(); {
			lines <- true
		}
	}()
	for {
		select {
		case s := <-signals:
			fmt.Println(s)
		case <-lines:
			os.Exit(5)
		}
	}
}

// running is a child that run has started.
type running struct {
	t       *testing.T
	signals chan os.Signal
	out     *bufio.Scanner
	in      *os.File
	ended   chan [2]any // the exit code and the error
}

func startChild(t *testing.T, terminal bool) *running {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send signals")
	}
	outRead, outWrite, err := os.Pipe()
	inRead, inWrite, inErr := os.Pipe()
	if err = errors.Join(err, inErr); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=wait")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = inRead, outWrite, os.Stderr
	r := &running{t: t, signals: make(chan os.Signal), out: bufio.NewScanner(outRead), in: inWrite, ended: make(chan [2]any, 1)}
	go func() {
		code, err := run(cmd, r.signals, terminal)
		r.ended <- [2]any{code, err}
		for _, f := range []*os.File{inRead, outWrite} {
			_ = f.Close()
		}
	}()
	t.Cleanup(func() { _, _ = outRead.Close(), inWrite.Close() })
	r.expect("ready")
	return r
}

// expect waits for the next line of the child.
func (r *running) expect(want string) {
	r.t.Helper()
	if !r.out.Scan() || r.out.Text() != want {
		r.t.Fatalf("the program wrote %q, want %q", r.out.Text(), want)
	}
}

func (r *running) expectEnd(want int) {
	r.t.Helper()
	if got := <-r.ended; got != [2]any{want, error(nil)} {
		r.t.Errorf("ended with %v, want %d", got, want)
	}
}

// run passes each signal on unchanged, and the program decides when it ends.
func TestRun_passesSignalsOn(t *testing.T) {
	r := startChild(t, false)
	r.signals <- syscall.SIGTERM
	r.expect("terminated")
	r.signals <- os.Interrupt
	r.expect("interrupt")
	_, _ = r.in.WriteString("end\n")
	r.expectEnd(5)
}

// A terminal sends an interrupt to the program too. A second interrupt would end some programs at once.
func TestRun_interruptOfTerminal(t *testing.T) {
	r := startChild(t, true)
	r.signals <- os.Interrupt
	r.signals <- syscall.SIGTERM // only run sends it to the program
	r.expect("terminated")
	_, _ = r.in.WriteString("end\n")
	r.expectEnd(5)
}

// The third signal kills a program that ignores signals.
func TestRun_kills(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		r := startChild(t, terminal)
		for range signalsToKill {
			r.signals <- os.Interrupt
		}
		r.expectEnd(128 + int(syscall.SIGKILL))
	}
}

// A write without a reader fails, and does not end outscale-keys. It ends a program that exec runs, as usual.
func TestOutput_brokenPipe(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there is no such signal")
	}
	surviveBrokenPipe()
	for argv, want := range map[string]int{os.Args[0]: 8, "sh": 128 + int(syscall.SIGPIPE)} {
		read, write, err := os.Pipe()
		if err = errors.Join(err, read.Close()); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), argv)
		cmd.Env, cmd.Stdout, cmd.Stdin = append(os.Environ(), childVariable+"=write"), write, strings.NewReader("echo x; exit 9")
		code, err := run(cmd, nil, false)
		if _ = write.Close(); code != want || err != nil {
			t.Errorf("%s: exit code %d, %v, want %d", argv, code, err, want)
		}
	}
}

func TestStart(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := start(ended, []string{os.Args[0]}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("after a signal: %v", err)
	}
	if _, err := start(t.Context(), []string{"/no/such/program"}, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no program: %v", err)
	}
	if find("/no/such/program") == nil || find(os.Args[0]) != nil {
		t.Error("find is wrong about a program")
	}
	if code, err := start(t.Context(), []string{os.Args[0]}, []string{childVariable + "=exit"}); code != 7 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}
