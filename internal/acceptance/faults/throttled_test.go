package faults

import (
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// throttleFaults returns the answers with which the API refuses calls that exceed its rate limit.
func throttleFaults() []simulator.Fault {
	return []simulator.Fault{{Status: 429, Code: "24"}, {Status: 429, Code: "25"}, {Status: 503, Code: "6"}, {Status: 400, Code: "4120"}}
}

// throttled creates and destroys the keys while the API accepts 8 calls per second.
func (sc *scenario) throttled(form simulator.Fault) {
	sc.t.Helper()
	form.Kind, form.Rate = faults.Throttle, 8
	sc.credentialRefused = form.Code == "4120"
	sc.createAndDestroy([]simulator.Fault{form})
}

// throttledLifecycle is lifecycle while the API accepts 8 calls per second and calls fail in all other ways.
func (sc *scenario) throttledLifecycle(form simulator.Fault) {
	sc.t.Helper()
	form.Kind, form.Rate = faults.Throttle, 8
	sc.credentialRefused = form.Code == "4120"
	sc.lifecycle(append([]simulator.Fault{form}, spread(faultKinds(), "", 0.2)...))
	if sc.countFaults("")[faults.Throttle] == 0 {
		sc.t.Error("no call exceeded the rate limit, so the scenario tests nothing")
	}
}

// TestFaults_throttled is the short form: one of the answers, which the seed chooses.
func TestFaults_throttled(t *testing.T) {
	t.Parallel()
	forms := throttleFaults()
	newScenario(t, 2).throttled(forms[random(t).IntN(len(forms))])
}

// TestSoakFaults_throttled tests each answer, alone and with all kinds of faults.
func TestSoakFaults_throttled(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, form := range throttleFaults() {
		t.Run(fmt.Sprintf("%d %s", form.Status, form.Code), func(t *testing.T) {
			t.Parallel()
			newScenario(t, 3).throttled(form)
		})
		t.Run(fmt.Sprintf("%d %s and all kinds", form.Status, form.Code), func(t *testing.T) {
			t.Parallel()
			newScenario(t, 2).throttledLifecycle(form)
		})
	}
}
