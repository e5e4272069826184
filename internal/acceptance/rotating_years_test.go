package acceptance_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	month       = 30 * day
	yearsLength = 24 * month
)

// The keys of the years are monthly when runs come in time. With the first window the old key ends before the next but
// one is due; with the second it does not, and has to go.
const (
	short = `lifetime = "60d"
  rotate_before = "P30D"`
	long = `lifetime = "75d"
  rotate_before = "50d"`
)

// years is a pair of keys through two years, and somebody who holds the secret that the last good run gave out.
type years struct {
	t       *testing.T
	w       *World
	s       *Workspace
	random  *rand.Rand
	seed    uint64
	faulty  bool
	holds   api.Credential
	client  *api.Client // of who holds it
	current []string    // ids, in the order in which they were given out
	failed  int         // runs
}

// newYears begins the years. The seed decides everything that happens by chance.
func newYears(t *testing.T, seed uint64, window string, as simulator.Assumptions, faulty ...simulator.Fault) *years {
	t.Helper()
	t.Logf("seed %d", seed)
	w := New(t, func(o *simulator.Options) {
		o.Seed, o.Assumptions = seed, as
		o.Grants = []simulator.Grant{{User: "alice", Actions: []string{"api:ReadUsers"}}}
	})
	s := w.Workspace(owner("alice") + rotating(window, byName) +
		"output \"id\" {\n  value = outscale_rotating_access_key.this.access_key_id\n}\n" +
		"output \"secret\" {\n  value     = outscale_rotating_access_key.this.secret_key\n  sensitive = true\n}\n")
	y := &years{t: t, w: w, s: s, random: rand.New(rand.NewPCG(seed, 1)), seed: seed, faulty: len(faulty) > 0}
	s.Apply()
	y.receive()
	w.Fault(faulty...)() // from now on: to set them again would begin their chance anew
	return y
}

// receive hands the outputs of the last good run to who uses the key.
func (y *years) receive() {
	y.t.Helper()
	var state struct {
		Outputs map[string]struct{ Value string }
	}
	y.w.Must(json.Unmarshal(y.s.State(), &state))
	y.holds = api.Credential{AccessKeyID: state.Outputs["id"].Value, SecretKey: state.Outputs["secret"].Value}
	if !slices.Contains(y.current, y.holds.AccessKeyID) {
		y.current = append(y.current, y.holds.AccessKeyID)
		y.client = y.w.As(y.holds)
	}
}

// run applies. A run that meets faults may fail, and is started again, as a pipeline is.
func (y *years) run() {
	y.t.Helper()
	for range 6 {
		r := y.s.Run(applies...)
		y.check()
		if r.Code == 0 {
			y.receive()
			y.check()
			return
		}
		y.failed++
		if !y.faulty {
			y.t.Fatalf("seed %d: a run failed:\n%s", y.seed, r.Output)
		}
	}
	y.t.Fatalf("seed %d: six runs in a row failed", y.seed)
}

// check signs a call with the key that was received last, and counts the keys that are live.
func (y *years) check() {
	y.t.Helper()
	if _, err := y.client.ReadUsers(context.Background(), nil); err != nil {
		y.t.Fatalf("seed %d, %s: the key that was received last is not valid: %v", y.seed, y.w.Simulator.Now(), err)
	}
	live := 0
	for _, key := range y.w.Keys() {
		if key.ExpirationDate == nil {
			y.t.Errorf("seed %d: key %s never expires", y.seed, key.AccessKeyID)
		} else if key.State == "ACTIVE" && key.ExpirationDate.After(y.w.Simulator.Now()) {
			live++
		}
	}
	if live > 2 {
		y.t.Fatalf("seed %d, %s: %d live keys", y.seed, y.w.Simulator.Now(), live)
	}
}

// pass lets time pass, and checks on the way, up to the last second.
func (y *years) pass(by time.Duration) {
	y.t.Helper()
	for range 3 {
		y.w.Advance(by/3 - time.Second)()
		y.check()
		y.w.Advance(time.Second)()
		y.check()
	}
}

// end checks that exactly the keys in the state are there, and that a destroy leaves none.
func (y *years) end() {
	y.t.Helper()
	y.w.Fault()()
	known(y.t, y.w, y.s)
	got := y.s.Attributes(pairType)
	want := 1
	if got["previous_access_key_id"] != nil {
		want = 2
	}
	if n := len(y.w.Keys()); n != want {
		y.t.Errorf("seed %d: %d keys at the end, want %d", y.seed, n, want)
	}
	y.s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if left := y.w.Keys(); len(left) != 0 {
		y.t.Errorf("seed %d: %d keys after the destroy", y.seed, len(left))
	}
	y.t.Logf("%d rotations, %d runs failed", len(y.current)-1, y.failed)
}

// onTime runs once a month: 24 rotations.
func (y *years) onTime() {
	y.t.Helper()
	for range int(yearsLength / month) {
		y.pass(month)
		y.run()
	}
	if n := len(y.current) - 1; n != 24 {
		y.t.Errorf("seed %d: %d rotations, want 24", y.seed, n)
	}
	y.end()
}

// byChance may run every 10 days, and skips runs as it happens: never so many that none falls into a window.
func (y *years) byChance() {
	y.t.Helper()
	start := y.w.Simulator.Now()
	for y.w.Simulator.Now().Sub(start) < yearsLength {
		y.pass(time.Duration(1+y.random.IntN(3)) * 10 * day)
		y.run()
	}
	if n := len(y.current) - 1; n < 12 || n > 24 {
		y.t.Errorf("seed %d: %d rotations in two years", y.seed, n)
	}
	y.end()
}

// oneInFive are faults of every kind that strike a fifth of the calls about keys, and more of those that cannot be repeated.
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

// seedOf is OUTSCALE_SEED, or else.
func seedOf(or uint64) uint64 {
	if text := os.Getenv("OUTSCALE_SEED"); text != "" {
		var seed uint64
		if _, err := fmt.Sscan(text, &seed); err == nil {
			return seed
		}
	}
	return or
}

// TestTwoYears of a pair, with the built provider, which knows the time from the API alone. At no moment is the key that
// was received last not valid, or are there more than two live ones; at the end exactly the expected ones are there.
// What chance decides is the same in each run; OUTSCALE_SEED takes another.
func TestTwoYears(t *testing.T) {
	t.Parallel()
	seed := seedOf(1)
	t.Run("on time", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, long, simulator.Assumptions{}).onTime()
	})
	t.Run("by chance, expired keys can be deleted", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, short, simulator.Assumptions{ExpiryOnUpdate: simulator.ExpiryClearedWithState, DeleteExpiredKeys: true}).byChance()
	})
	t.Run("by chance, with faults", func(t *testing.T) {
		t.Parallel()
		newYears(t, seed, short, simulator.Assumptions{ExpiryOnUpdate: simulator.ExpiryKept, NoLockout: true}, oneInFive()...).byChance()
	})
}

// TestSoakYears is TestTwoYears under every combination of the assumptions about expired keys (A1, A2, A3), with and
// without faults, from a seed of its own each. It takes long: OUTSCALE_SOAK=1.
func TestSoakYears(t *testing.T) {
	Soak(t)
	t.Parallel()
	for _, expiry := range []simulator.ExpiryOnUpdate{simulator.ExpiryCleared, simulator.ExpiryClearedWithState, simulator.ExpiryKept} {
		for _, lax := range []bool{false, true} {
			for _, faulty := range [][]simulator.Fault{nil, oneInFive()} {
				t.Run(fmt.Sprintf("A1=%d,A2,A3=%v,faults=%v", expiry, lax, faulty != nil), func(t *testing.T) {
					t.Parallel()
					newYears(t, seedOf(rand.Uint64N(1<<32)), short, simulator.Assumptions{ExpiryOnUpdate: expiry, DeleteExpiredKeys: lax, DeleteActiveKeys: lax, NoLockout: true}, faulty...).byChance()
				})
			}
		}
	}
}
