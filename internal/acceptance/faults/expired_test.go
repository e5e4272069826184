package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// Only the API's clock is moved. The keys expire within 5 minutes, the difference between two clocks that the API accepts:
// with a larger one it would refuse the first request of each process, which together with lost answers locks the account.
const (
	expiresIn   = 3 * time.Minute
	afterExpiry = 4 * time.Minute
)

// expiringKeys creates keys, half of which expire by the API's clock, and checks that a plan is then empty. While calls
// fail, it removes some of the expired keys from the configuration, and then destroys all keys.
func (sc *scenario) expiringKeys(list []simulator.Fault) {
	sc.t.Helper()
	sc.soon = sc.cli.Date(expiresIn)
	sc.configure(1)
	sc.workspace.Apply()
	sc.cli.NoError(sc.advance(afterExpiry))
	sc.requireExpired()
	if r := sc.workspace.Plan(); r.Code != 0 {
		sc.t.Errorf("seed %d: a plan after dates have passed ended with %d:\n%s", seed(), r.Code, tail(r.Output))
	}
	sc.fault(list...)
	sc.removed = true
	sc.configure(1)
	sc.workspace.Run(apply...)
	sc.check("after an apply that removes expired keys")
	sc.converge()
	sc.requireExpired()
	sc.fault(list...)
	sc.workspace.Run(destroy...)
	sc.check("after a destroy of expired keys")
	counts := sc.countFaults("")
	sc.end()
	sc.requireFaults(counts)
}

// requireExpired fails a scenario in which no key has expired.
func (sc *scenario) requireExpired() {
	sc.t.Helper()
	for _, key := range sc.observe().keys {
		if key.Expired {
			return
		}
	}
	sc.t.Fatalf("seed %d: no key has expired", seed())
}

// expiredDeletions returns both variants of assumption A3: whether the API deletes an expired key.
func expiredDeletions() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expired keys cannot be deleted": func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = false },
		"expired keys can be deleted":    func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
	}
}

// TestFaults_expiredKey is the short form: each kind of fault once, with both variants.
func TestFaults_expiredKey(t *testing.T) {
	t.Parallel()
	for name, assumption := range expiredDeletions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newScenario(t, 1, assumption).expiringKeys(onceEach("UpdateAccessKey", "DeleteAccessKey"))
		})
	}
}

// TestSoakFaults_expiredKey tests each kind of fault with both variants.
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
