package faultsuite

import (
	"fmt"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// expiring is a story in which half of the keys expire, by the API's clock, before calls go wrong: some are taken out of
// the configuration, then all are destroyed. The plan in between must go on as if nothing had happened.
func (st *story) expiring(list []simulator.Fault) {
	st.t.Helper()
	st.soon = st.w.Date(time.Hour)
	st.turn(1)
	st.s.Apply()
	st.w.Must(st.w.Simulator.Advance(2 * time.Hour))
	st.expired()
	if r := st.s.Plan(); r.Code != 0 {
		st.t.Errorf("seed %d: a plan after dates have passed ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	st.fault(list...)
	st.gone = true
	st.turn(1)
	st.s.Run(apply...)
	st.verdict("after an apply that takes expired keys away")
	st.settle()
	st.expired()
	st.fault(list...)
	st.s.Run(destroy...)
	st.verdict("after a destroy of expired keys")
	met := st.met("")
	st.end()
	st.t.Logf("%d calls, faults met: %v", len(st.w.Simulator.Requests()), met)
	if len(met) == 0 {
		st.t.Error("no fault was met: nothing is proved")
	}
}

// expired fails the story that has no expired key: it would prove nothing.
func (st *story) expired() {
	st.t.Helper()
	for _, key := range st.facts().keys {
		if key.Expired {
			return
		}
	}
	st.t.Fatalf("seed %d: no key has expired", seed())
}

// readings are the two of what the API does when an expired key is to be deleted (A3).
func readings() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expired keys cannot be deleted": func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = false },
		"expired keys can be deleted":    func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
	}
}

// TestExpired is the short form.
func TestExpired(t *testing.T) {
	t.Parallel()
	for name, reading := range readings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tell(t, 1, reading).expiring(onceEach("UpdateAccessKey", "DeleteAccessKey"))
		})
	}
}

// TestSoakExpired is every kind of fault under both readings.
func TestSoakExpired(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for name, reading := range readings() {
		for _, kind := range kinds() {
			for _, probability := range []float64{0.2, 0.5} {
				t.Run(fmt.Sprintf("%s/%s/%.0f percent", name, kind.name, probability*100), func(t *testing.T) {
					t.Parallel()
					st := tell(t, 2, reading)
					st.expiring(append(st.cell(kind, "UpdateAccessKey", probability), st.cell(kind, "DeleteAccessKey", probability)...))
				})
			}
		}
	}
}
