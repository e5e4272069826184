package rotatingkey_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	month    = 30 * day
	twoYears = 24 * month
)

// The keys are monthly when runs come in time. With the first window the old key ends before the next but one is due; with
// the second it does not, and has to be revoked.
var (
	shortWindow = acctest.Args{"lifetime": "60d", "rotate_before": "P30D", "user_name": "alice"}
	longWindow  = acctest.Args{"lifetime": "75d", "rotate_before": "50d", "user_name": "alice"}
)

// years is a pair of keys over two years, and a consumer with the secret of the last successful run.
type years struct {
	t        *testing.T
	h        *acctest.Protocol
	pair     *acctest.Resource
	config   acctest.Args
	random   *rand.Rand
	seed     uint64
	faulty   bool
	consumer *api.Client
	current  []string // ids, in the order in which they became current
	failed   int      // runs
}

// newYears begins the two years. All random choices come from the seed.
func newYears(t *testing.T, seed uint64, config acctest.Args, as simulator.Assumptions, faulty ...simulator.Fault) *years {
	t.Helper()
	t.Logf("seed %d", seed)
	h := acctest.NewProtocol(t, func(o *simulator.Options) {
		o.Seed, o.Assumptions = seed, as
		o.Grants = []simulator.Grant{{User: "alice", Actions: []string{"api:ReadUsers"}}}
	})
	h.CreateUser("alice")
	y := &years{t: t, h: h, pair: h.Resource(rotatingKey, config), config: config, random: rand.New(rand.NewPCG(seed, 1)), seed: seed, faulty: len(faulty) > 0}
	y.receive()
	h.SetFaults(faulty...) // once: setting them again would restart their random numbers
	return y
}

// receive gives the secret in the state to the consumer.
func (y *years) receive() {
	y.t.Helper()
	id := y.pair.String("access_key_id")
	if !slices.Contains(y.current, id) {
		y.current = append(y.current, id)
		y.consumer = y.h.As(api.Credential{AccessKeyID: id, SecretKey: y.pair.String("secret_key")})
	}
}

// run applies. A run that meets faults may fail, and is started again, as a pipeline is.
func (y *years) run() {
	y.t.Helper()
	for range 6 {
		applied := y.pair.Apply(y.config)
		y.check()
		if !applied.HasError() {
			y.receive()
			y.check()
			return
		}
		y.failed++
		if !y.faulty {
			y.t.Fatalf("seed %d: a run failed:\n%s", y.seed, applied)
		}
	}
	y.t.Fatalf("seed %d: six runs in a row failed", y.seed)
}

// check signs a call with the key that was received last, and counts the live keys.
func (y *years) check() {
	y.t.Helper()
	if _, err := y.consumer.ReadUsers(y.t.Context(), nil); err != nil {
		y.t.Fatalf("seed %d, %s: the key that was received last is not valid: %v", y.seed, y.h.Simulator.Now(), err)
	}
	live := 0
	for _, key := range y.h.Keys() {
		if key.ExpirationDate == nil {
			y.t.Errorf("seed %d: key %s never expires", y.seed, key.AccessKeyID)
		} else if key.State == "ACTIVE" && key.ExpirationDate.After(y.h.Simulator.Now()) {
			live++
		}
	}
	if live > 2 {
		y.t.Fatalf("seed %d, %s: %d live keys", y.seed, y.h.Simulator.Now(), live)
	}
}

// pass lets time pass, and checks on the way, up to the last second.
func (y *years) pass(by time.Duration) {
	y.t.Helper()
	for range 3 {
		y.h.Advance(by/3 - time.Second)
		y.check()
		y.h.Advance(time.Second)
		y.check()
	}
}

// end checks that exactly the keys in the state exist, and that a destruction leaves none.
func (y *years) end() {
	y.t.Helper()
	y.h.SetFaults()
	expectPair(y.t, y.h, y.pair, y.pair.Get("previous_access_key_id") != nil)
	y.pair.Destroy()
	if left := y.h.Keys(); len(left) != 0 {
		y.t.Errorf("seed %d: %d keys after the destruction", y.seed, len(left))
	}
	y.t.Logf("%d rotations, %d runs failed", len(y.current)-1, y.failed)
}

// onTime runs once a month: 24 rotations.
func (y *years) onTime() {
	y.t.Helper()
	for range int(twoYears / month) {
		y.pass(month)
		y.run()
	}
	if n := len(y.current) - 1; n != 24 {
		y.t.Errorf("seed %d: %d rotations, want 24", y.seed, n)
	}
	y.end()
}

// atRandom runs every 10 to 30 days, at random. At least one run falls into each window.
func (y *years) atRandom(length time.Duration) {
	y.t.Helper()
	start := y.h.Simulator.Now()
	for y.h.Simulator.Now().Sub(start) < length {
		y.pass(time.Duration(1+y.random.IntN(3)) * 10 * day)
		y.run()
	}
	if n, months := len(y.current)-1, int(length/month); n < months/2 || n > months {
		y.t.Errorf("seed %d: %d rotations in %d months", y.seed, n, months)
	}
	y.end()
}

// oneInFive returns faults of every kind for a fifth of the calls about keys, and for more of the creations.
func oneInFive() (list []simulator.Fault) {
	list = append(list, simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Probability: 0.3})
	for _, action := range []string{"CreateAccessKey", "ReadAccessKeys", "UpdateAccessKey", "DeleteAccessKey"} {
		for kind, probability := range map[string]float64{
			faults.DropAfter: 0.04, faults.DropBefore: 0.04, faults.Status: 0.03, faults.StatusAfter: 0.03,
			faults.Reset: 0.02, faults.Truncate: 0.02, faults.Garbage: 0.02,
		} {
			list = append(list, simulator.Fault{Action: action, Kind: kind, Probability: probability})
		}
	}
	slices.SortFunc(list, func(a, b simulator.Fault) int { return strings.Compare(a.Kind+a.Action, b.Kind+b.Action) })
	return list
}

// seedOf returns OUTSCALE_SEED, or a default.
func seedOf(or uint64) uint64 {
	if text := os.Getenv("OUTSCALE_SEED"); text != "" {
		var seed uint64
		if _, err := fmt.Sscan(text, &seed); err == nil {
			return seed
		}
	}
	return or
}

// TestRotatingKey_twoYears: the key that the consumer received last is valid at any time, and there are at most two valid
// keys. At the end exactly the expected keys exist. Random choices are the same in each run; OUTSCALE_SEED sets another seed.
func TestRotatingKey_twoYears(t *testing.T) {
	t.Parallel()
	seed := seedOf(1)
	t.Run("on time", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, longWindow, simulator.Assumptions{}).onTime()
	})
	t.Run("by chance, expired keys can be deleted", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, shortWindow, simulator.Assumptions{ExpiryOnUpdate: simulator.ExpiryClearedWithState, DeleteExpiredKeys: true}).atRandom(twoYears)
	})
	t.Run("by chance, with faults", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, shortWindow, simulator.Assumptions{ExpiryOnUpdate: simulator.ExpiryKept, NoLockout: true}, oneInFive()...).atRandom(8 * month) // a lost answer takes seconds to clear up
	})
}

// TestSoakRotatingKey_twoYears is TestRotatingKey_twoYears under every combination of the assumptions about expired keys
// (A1, A2, A3), with and without faults, from a seed of its own each. It runs with make soak.
func TestSoakRotatingKey_twoYears(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, expiry := range []simulator.ExpiryOnUpdate{simulator.ExpiryCleared, simulator.ExpiryClearedWithState, simulator.ExpiryKept} {
		for _, lax := range []bool{false, true} {
			for _, faulty := range [][]simulator.Fault{nil, oneInFive()} {
				t.Run(fmt.Sprintf("A1=%d,A2,A3=%v,faults=%v", expiry, lax, faulty != nil), func(t *testing.T) {
					t.Parallel()
					newYears(t, seedOf(rand.Uint64N(1<<32)), shortWindow,
						simulator.Assumptions{ExpiryOnUpdate: expiry, DeleteExpiredKeys: lax, DeleteActiveKeys: lax, NoLockout: true}, faulty...).atRandom(twoYears)
				})
			}
		}
	}
}
