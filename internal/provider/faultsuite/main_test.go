// Package faultsuite drives the built provider with the real CLI through everything that goes wrong between a provider and
// its API, and lets one judge speak after each case: nothing lost, nothing orphaned, nothing immortal.
//
// What is drawn comes from a seed, which is printed and can be set (OUTSCALE_SEED). A CLI makes its calls at the same time
// and in no fixed order, so that a seed repeats which faults are drawn and when a run is cut, not the run to the last call.
//
// There are no files but tests: nothing of this is compiled into what is shipped.
package faultsuite

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

const envSeed = "OUTSCALE_SEED" // the seed of a run that is to be repeated

// atOnce is how many cases run at the same time. They wait for retries most of the time, so that more of them fit on a
// machine than it has processors.
const atOnce = "8"

func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			fmt.Fprintln(os.Stderr, "faultsuite:", err)
			os.Exit(1)
		}
	}
	fmt.Printf("faultsuite: repeat with %s=%d\n", envSeed, seed())
	acctest.Main(m)
}

// everyday is the seed of the short form, unless another is set: a gate that everyone passes through draws the same
// for everyone. The long form draws anew each time.
const everyday = 20261124

// seed is the seed of this run.
var seed = sync.OnceValue(func() uint64 {
	if n, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64); err == nil {
		return n
	}
	if !acctest.Soaking() {
		return everyday
	}
	return uint64(time.Now().UnixNano() / int64(time.Millisecond) % 1e9)
})

// draw is a source of random numbers of a case's own: cases can be repeated alone.
func draw(t *testing.T) *rand.Rand {
	t.Helper()
	t.Logf("repeat with %s=%d go test -run '^%s$'", envSeed, seed(), t.Name())
	return rand.New(rand.NewPCG(seed(), ofCase(t)))
}

func ofCase(t *testing.T) uint64 {
	name := fnv.New64a()
	_, _ = name.Write([]byte(t.Name())) // a hash takes everything
	return name.Sum64()
}
