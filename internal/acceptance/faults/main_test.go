// Package faults runs the built provider with the real CLI while calls fail, runs are interrupted and somebody else
// changes the same objects. After each run every access key that works must be in a state, or be named to the user, or
// carry its marker or be in the journal and be named by the next run. No secret may be lost, no expiry either.
//
// Everything random comes from a seed, which is printed and can be set (OUTSCALE_SEED). A CLI sends its calls concurrently
// and in no fixed order: a seed repeats which faults are drawn and when a run is interrupted, not the run to the last call.
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

// parallelScenarios is how many scenarios run at the same time. They wait for retries most of the time, so that more of
// them fit on a machine than it has processors.
const parallelScenarios = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", parallelScenarios); err != nil {
			fmt.Fprintln(os.Stderr, "faults:", err)
			os.Exit(1)
		}
	}
	fmt.Printf("faults: repeat with %s=%d\n", envSeed, seed())
	acctest.Main(m)
}

// defaultSeed is the seed of the short form unless another one is set, so that it is the same for everyone. The long form
// takes a new one each time.
const defaultSeed = 20261124

// seed is the seed of this run.
var seed = sync.OnceValue(func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64); err == nil {
		return n
	}
	if !acctest.Soaking() {
		return defaultSeed
	}
	return uint64(time.Now().UnixNano() / int64(time.Millisecond) % 1e9)
})

// random returns a source of random numbers for one test, so that tests can be repeated alone.
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
