package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// The keys expire within the difference of two clocks that the API accepts, 5 minutes: only the API's clock is moved. A
// larger difference would make the API refuse the first request of each process, which with lost answers locks the account.
const (
	expiresIn   = 3 * time.Minute
	afterExpiry = 4 * time.Minute
)

// expiringKeys is a scenario in which half of the keys expire, by the API's clock, before calls fail: some are removed from
// the configuration, then all are destroyed. The plan in between finds nothing to do.
func (sc *scenario) expiringKeys(list []simulator.Fault) {
	sc.t.Helper()
	sc.soon = sc.cli.Date(expiresIn)
	sc.configure(1)
	sc.s.Apply()
	sc.cli.NoError(sc.advance(afterExpiry))
	sc.requireExpired()
	if r := sc.s.Plan(); r.Code != 0 {
		sc.t.Errorf("seed %d: a plan after dates have passed ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	sc.fault(list...)
	sc.removed = true
	sc.configure(1)
	sc.s.Run(apply...)
	sc.check("after an apply that removes expired keys")
	sc.converge()
	sc.requireExpired()
	sc.fault(list...)
	sc.s.Run(destroy...)
	sc.check("after a destroy of expired keys")
	met := sc.faultsMet("")
	sc.end()
	sc.t.Logf("%d calls, faults met: %v", len(sc.cli.Simulator.Requests()), met)
	if len(met) == 0 {
		sc.t.Error("no fault was met: nothing is proved")
	}
}

// requireExpired fails a scenario without an expired key: it would prove nothing.
func (sc *scenario) requireExpired() {
	sc.t.Helper()
	for _, key := range sc.observe().keys {
		if key.Expired {
			return
		}
	}
	sc.t.Fatalf("seed %d: no key has expired", seed())
}

// expiredDeletions are the two ways in which the API may treat the deletion of an expired key (A3).
func expiredDeletions() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expired keys cannot be deleted": func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = false },
		"expired keys can be deleted":    func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
	}
}

// TestFaults_expiredKey is the short form.
func TestFaults_expiredKey(t *testing.T) {
	t.Parallel()
	for name, assumption := range expiredDeletions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newScenario(t, 1, assumption).expiringKeys(onceEach("UpdateAccessKey", "DeleteAccessKey"))
		})
	}
}

// TestSoakFaults_expiredKey is every kind of fault under both assumptions.
func TestSoakFaults_expiredKey(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for name, assumption := range expiredDeletions() {
		for _, kind := range faultKinds() {
			for _, probability := range []float64{0.2, 0.5} {
				t.Run(fmt.Sprintf("%s/%s/%.0f percent", name, kind.name, probability*100), func(t *testing.T) {
					t.Parallel()
					sc := newScenario(t, 2, assumption)
					sc.expiringKeys(append(sc.faultsOf(kind, "UpdateAccessKey", probability), sc.faultsOf(kind, "DeleteAccessKey", probability)...))
				})
			}
		}
	}
}
