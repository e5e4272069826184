package keyscmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// The account of the scale benchmarks.
const (
	scaleUsers = 1000
	scaleKeys  = 3000
	scaleCalls = 200_000
)

// maxAuditMemory is the largest resident set of an audit of this account, including the use of keys.
const maxAuditMemory = 256 << 20

// childArgs is the variable with the command line of a child: a benchmark starts this binary as outscale-keys, to measure its
// memory separately from the simulator's.
const childArgs = "OUTSCALE_KEYS_BENCH_ARGS"

func TestMain(m *testing.M) {
	if line := os.Getenv(childArgs); line != "" {
		var args []string
		if err := json.Unmarshal([]byte(line), &args); err != nil {
			panic(err)
		}
		code := Run(context.Background(), "bench", args, Host{Env: os.LookupEnv, Now: time.Now, In: os.Stdin, Out: os.Stdout, Err: os.Stderr})
		fmt.Fprintf(os.Stderr, "\npeak %d\n", peakMemory())
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// peakMemory returns the largest resident set of this process in bytes, 0 if the system does not report it.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kib := 0
	_, _ = fmt.Sscan(rest, &kib)
	return kib << 10
}

// newScale returns an account of 1,000 users with 3,000 keys and 200,000 calls in the log.
func newScale(b *testing.B) *rig {
	b.Helper()
	objects := &simulator.Snapshot{}
	now := time.Now()
	for i := range scaleUsers {
		objects.Users = append(objects.Users, admin.User{UserName: fmt.Sprintf("user-%04d", i)})
	}
	for i := range scaleKeys {
		objects.AccessKeys = append(objects.AccessKeys, admin.AccessKey{
			AccessKeyID: fmt.Sprintf("SCALE%015d", i), UserName: fmt.Sprintf("user-%04d", i%scaleUsers), State: "ACTIVE",
			CreationDate: now.Add(-time.Duration(i%200) * day),
		})
	}
	r := newRig(b, func(o *simulator.Options) {
		o.Objects = objects
		o.Limits.Requests, o.Limits.RequestBytes = 2*scaleCalls, 1<<30
	})
	actions := policydoc.Actions()
	calls := make([]simulator.LoggedCall, scaleCalls)
	for i := range calls {
		calls[i] = simulator.LoggedCall{
			Time: now.Add(-32*day + time.Duration(i)*(32*day/scaleCalls)), AccessKeyID: objects.AccessKeys[i*7919%scaleKeys].AccessKeyID,
			Action: strings.TrimPrefix(actions[i%50], "api:"), Address: net.IPv4(198, 51, byte(i%97), byte(i%251)).String(),
			UserAgent: fmt.Sprintf("client/%d", i%20),
		}
	}
	if err := r.Simulator.AddCalls(calls); err != nil {
		b.Fatal(err)
	}
	return r
}

// measured runs the command in a separate process, and returns its output, its calls by action, and its largest resident set. It
// reports the processor time of the process.
func (r *rig) measured(b *testing.B, args ...string) (out []byte, calls map[string]int, peak int) {
	b.Helper()
	line, err := json.Marshal(append([]string{"--requests-per-second", "0", "--output", "json"}, args...))
	if err != nil {
		b.Fatal(err)
	}
	before := r.Simulator.Stats()
	child := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this binary
	child.Env = append(os.Environ(), childArgs+"="+string(line), "OSC_ACCESS_KEY="+r.RootAccessKey, "OSC_SECRET_KEY="+r.RootSecretKey, "OSC_ENDPOINT_API="+r.Endpoint)
	var stdout, stderr bytes.Buffer
	child.Stdout, child.Stderr = &stdout, &stderr
	err = child.Run()
	if code := child.ProcessState.ExitCode(); code != ExitOK && code != ExitFindings {
		b.Fatalf("%v: %s", err, stderr.String())
	}
	b.ReportMetric((child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds(), "cpu-s")
	_, rest, _ := strings.Cut(stderr.String(), "\npeak ")
	_, _ = fmt.Sscan(rest, &peak)
	calls = map[string]int{}
	for action, n := range r.Simulator.Stats() {
		if made := n - before[action]; made > 0 {
			calls[action] = made
			calls[""] += made
		}
	}
	return stdout.Bytes(), calls, peak
}

func reportCost(b *testing.B, calls map[string]int, peak int) {
	b.ReportMetric(float64(calls[""]), "calls")
	b.ReportMetric(float64(calls["ReadApiLogs"]), "log-pages")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
}

// BenchmarkScaleList: one call per user and per page, and three more.
func BenchmarkScaleList(b *testing.B) {
	r := newScale(b)
	for b.Loop() {
		out, calls, peak := r.measured(b, "list", "--usage-pages", "400")
		var got keyList
		if err := json.Unmarshal(out, &got); err != nil || !got.Complete || len(got.Missing) > 0 || len(got.AccessKeys) != scaleKeys+1 {
			b.Fatalf("%v: %d keys, missing %v", err, len(got.AccessKeys), got.Missing)
		}
		if most := scaleUsers + calls["ReadUsers"] + calls["ReadApiLogs"] + 3; calls[""] > most || calls["ReadUsers"] > scaleUsers/1000+1 {
			b.Errorf("%d calls, want at most %d: %v", calls[""], most, calls)
		}
		reportCost(b, calls, peak)
	}
}

// BenchmarkScaleAudit: all rules, the whole log, every network.
func BenchmarkScaleAudit(b *testing.B) {
	r := newScale(b)
	for b.Loop() {
		out, calls, peak := r.measured(b, "audit", "--usage-pages", "400")
		var got auditResult
		if err := json.Unmarshal(out, &got); err != nil || !got.Complete || len(got.Missing) > 0 || got.Keys != scaleKeys+1 {
			b.Fatalf("%v: %d keys, missing %v", err, got.Keys, got.Missing)
		}
		if peak > maxAuditMemory {
			b.Errorf("%d MiB, want at most %d", peak>>20, maxAuditMemory>>20)
		}
		reportCost(b, calls, peak)
	}
}

// BenchmarkScalePolicy: one user among a thousand.
func BenchmarkScalePolicy(b *testing.B) {
	r := newScale(b)
	for b.Loop() {
		_, calls, peak := r.measured(b, "policy", "user-0007")
		reportCost(b, calls, peak)
	}
}
