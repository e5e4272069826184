// Package faults runs the built provider with the real CLI while calls fail, runs are interrupted, and other clients
// change the same objects. After each run, every access key that works must be in a state, or be named in the output, or
// have its marker or a journal entry, by which the next run names it. No secret and no expiry may be lost.
//
// All random choices come from a seed, which is printed and can be set (OUTSCALE_SEED). A CLI sends calls concurrently and
// in no fixed order. A seed therefore repeats the choice of faults and interruptions, but not the order of the calls.
//
// Each kind of test has a short form, which make test runs, and a long form (TestSoak...), which make soak runs.
package faults

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

const envSeed = "OUTSCALE_SEED" // the seed of a run to repeat

// parallelScenarios is the number of scenarios that run at the same time. They wait for retries most of the time, so a
// machine can run more of them than it has processors.
const parallelScenarios = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "test.parallel" })
	if !set {
		if err := flag.Set("test.parallel", parallelScenarios); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			os.Exit(1)
		}
	}
	fmt.Printf("faults: repeat with %s=%d\n", envSeed, seed())
	acctest.Main(m)
}

// defaultSeed is the seed of the short form if OUTSCALE_SEED is not set. The long form then takes a new seed for each run.
const defaultSeed = 20261124

// seed returns the seed of this run.
var seed = sync.OnceValue(func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64); err == nil {
		return n
	}
	if !acctest.Soaking() {
		return defaultSeed
	}
	return uint64(time.Now().UnixNano() / int64(time.Millisecond) % 1e9)
})

// random returns a source of random numbers for one test, so that a test can be repeated alone.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("repeat with %s=%d go test -run '^%s$'", envSeed, seed(), t.Name())
	return rand.New(rand.NewPCG(seed(), hashOfName(t)))
}

func hashOfName(t *testing.T) uint64 {
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name())) // a hash never fails
	return name.Sum64()
}
