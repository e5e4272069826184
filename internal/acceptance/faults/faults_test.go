package faults

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// faultKind is a kind of fault with its variants. shortTimeout is the timeout of the resources while calls fail; "" means
// defaultTimeout.
type faultKind struct {
	name         string
	variants     []simulator.Fault
	shortTimeout string
}

func faultKinds() []faultKind {
	status := func(kind string) (all []simulator.Fault) {
		for _, status := range []int{500, 502, 503, 504} {
			all = append(all, simulator.Fault{Kind: kind, Status: status, Code: "0"})
		}
		return all
	}
	return []faultKind{
		{name: "answers lost", variants: []simulator.Fault{{Kind: faults.DropAfter}}},
		{name: "requests cut", variants: []simulator.Fault{{Kind: faults.DropBefore}}},
		{name: "5xx before execution", variants: status(faults.Status)},
		{name: "5xx after execution", variants: status(faults.StatusAfter)},
		{name: "answers reset", variants: []simulator.Fault{{Kind: faults.Reset}}},
		{name: "answers truncated", variants: []simulator.Fault{{Kind: faults.Truncate}}},
		{name: "no JSON", variants: []simulator.Fault{{Kind: faults.Garbage}}},
		{name: "slow", variants: []simulator.Fault{{Kind: faults.Stall, Latency: faults.Duration(300 * time.Millisecond)}, {Kind: faults.Latency, Latency: faults.Duration(300 * time.Millisecond)}}},
	}
}

// slowerThanTimeouts returns answers that come after every timeout: the timeouts of the resources are 3 seconds, and calls
// without a timeout, such as the reads of a plan, wait at most 15 seconds for an answer. The API executes an action with a
// stalled answer, and does not execute one that it delays, because the client disconnects first. The kind is not in
// faultKinds, because most scenarios with those need an answer in the end.
func slowerThanTimeouts() faultKind {
	long := faults.Duration(15 * time.Second)
	return faultKind{name: "slower than timeouts", shortTimeout: "3s",
		variants: []simulator.Fault{{Kind: faults.Stall, Latency: long}, {Kind: faults.Latency, Latency: long}}}
}

// spread divides a probability equally among kinds, and among the variants of each kind. The simulator tries the faults in
// order, so the probability of each is the one under the condition that no earlier fault occurs.
func spread(kinds []faultKind, action string, probability float64) (list []simulator.Fault) {
	noneBefore := 1.0
	for _, kind := range kinds {
		for _, fault := range kind.variants {
			share := probability / float64(len(kinds)*len(kind.variants))
			fault.Action, fault.Probability = action, share/noneBefore
			noneBefore -= share
			list = append(list, fault)
		}
	}
	return list
}

// onceEach returns one fault of each kind for each action. Every fault occurs once.
func onceEach(actions ...string) (list []simulator.Fault) {
	for _, action := range actions {
		for _, kind := range faultKinds() {
			fault := kind.variants[0]
			fault.Action, fault.Times = action, 1
			list = append(list, fault)
		}
	}
	return list
}

// lifecycle creates, changes and revokes the keys while calls fail.
func (sc *scenario) lifecycle(list []simulator.Fault) {
	sc.t.Helper()
	sc.runRevisions(list, 1, 2)
}

// createAndDestroy is lifecycle without the changes.
func (sc *scenario) createAndDestroy(list []simulator.Fault) {
	sc.t.Helper()
	sc.runRevisions(list, 1)
}

// runRevisions applies the revisions and destroys the last one, all while calls fail, and checks after each run.
func (sc *scenario) runRevisions(list []simulator.Fault, revisions ...int) {
	sc.t.Helper()
	sc.fault(list...)
	for _, revision := range revisions {
		sc.configureTimeout(sc.shortTimeout, revision)
		sc.workspace.Run(apply...)
		sc.check(fmt.Sprintf("after the apply of revision %d under faults", revision))
	}
	last := revisions[len(revisions)-1]
	sc.configureTimeout(defaultTimeout, last)
	sc.converge()
	if sc.shortTimeout != "" {
		// A destroy takes its timeouts from the state.
		sc.configureTimeout(sc.shortTimeout, last)
		sc.workspace.Run(apply...)
	}
	sc.fault(list...)
	sc.workspace.Run(destroy...)
	sc.check("after the destroy under faults")
	counts := sc.countFaults("")
	if sc.shortTimeout != "" {
		sc.configureTimeout(defaultTimeout, last)
		sc.converge()
	}
	sc.end()
	sc.requireFaults(counts)
}

// requireFaults fails a scenario in which no fault occurred.
func (sc *scenario) requireFaults(counts map[string]int) {
	sc.t.Helper()
	sc.t.Logf("%d calls, faults: %v", len(sc.cli.Simulator.Requests()), counts)
	if len(counts) == 0 {
		sc.t.Error("no fault occurred, so the scenario tests nothing")
	}
}

// configureTimeout writes a revision whose operations have this timeout; "" means defaultTimeout.
func (sc *scenario) configureTimeout(timeout string, revision int) {
	sc.timeout = cmp.Or(timeout, defaultTimeout)
	sc.configure(revision)
}

// countFaults counts the faults that have occurred in calls of an action, by kind. The action "" means all actions. In a
// scenario with a short timeout, it counts only the slow answers that the client did not wait for.
func (sc *scenario) countFaults(action string) map[string]int {
	counts := map[string]int{}
	for _, call := range sc.cli.Simulator.Requests() {
		slow := call.Fault == faults.Stall || call.Fault == faults.Latency
		if call.Fault == "" || action != "" && call.Action != action || slow && sc.shortTimeout != "" && call.Sent != 0 {
			continue
		}
		counts[call.Fault]++
	}
	return counts
}

// TestFaults_allKinds is the short form: all kinds at once on all actions, in 20 and in 50 percent of the calls.
func TestFaults_allKinds(t *testing.T) {
	t.Parallel()
	t.Run("each once", func(t *testing.T) {
		t.Parallel()
		sc := newScenario(t, 2)
		sc.lifecycle(onceEach("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"))
		counts := sc.countFaults("")
		for _, kind := range faultKinds() {
			if counts[kind.variants[0].Kind] == 0 {
				t.Errorf("no fault of kind %s occurred", kind.variants[0].Kind)
			}
		}
	})
	t.Run("20 percent", func(t *testing.T) {
		t.Parallel()
		newScenario(t, 3).lifecycle(spread(faultKinds(), "", 0.2))
	})
	t.Run("50 percent", func(t *testing.T) {
		t.Parallel()
		newScenario(t, 1).createAndDestroy(spread(faultKinds(), "", 0.5))
	})
	t.Run("beyond the timeout", func(t *testing.T) {
		t.Parallel()
		sc := newScenario(t, 1)
		sc.shortTimeout = slowerThanTimeouts().shortTimeout
		sc.createAndDestroy(sc.faultsOf(slowerThanTimeouts(), "", 0.2))
	})
}

// faultsOf returns one kind of fault with this probability for an action; "" means all actions. The fault always occurs in
// the first call, because some actions have so few calls in a scenario that it might not occur at all.
func (sc *scenario) faultsOf(kind faultKind, action string, probability float64) []simulator.Fault {
	first := kind.variants[sc.rnd.IntN(len(kind.variants))]
	first.Action, first.Times = action, 1
	return append([]simulator.Fault{first}, spread([]faultKind{kind}, action, probability)...)
}

// TestSoakFaults_eachKind tests each kind alone, on all actions and on each action, in 20 and in 50 percent of the calls.
func TestSoakFaults_eachKind(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	actions := []string{
		"", "CreateAccessKey", "ReadAccessKeys", "UpdateAccessKey", "DeleteAccessKey",
		"CreateUser", "ReadUsers", "UpdateUser", "DeleteUser", "ReadAccounts",
	}
	for _, kind := range append(faultKinds(), slowerThanTimeouts()) {
		for _, probability := range []float64{0.2, 0.5} {
			for _, action := range actions {
				t.Run(fmt.Sprintf("%s/%.0f percent/%s", kind.name, probability*100, cmp.Or(action, "every action")), func(t *testing.T) {
					t.Parallel()
					sc := newScenario(t, 2)
					if strings.HasSuffix(action, "User") {
						sc.users = 6 // for as many calls as the other actions have
					}
					sc.shortTimeout = kind.shortTimeout
					sc.lifecycle(sc.faultsOf(kind, action, probability))
					if len(sc.countFaults(action)) == 0 {
						t.Errorf("no fault occurred in a call of %s", cmp.Or(action, "every action"))
					}
				})
			}
		}
	}
}

// assumptions returns variants of the API's behaviour that nobody has measured.
func assumptions() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expiry cleared on update":            func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryCleared },
		"expiry cleared on update with state": func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryClearedWithState },
		"expiry kept on update":               func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryKept },
		"expired keys can be deleted":         func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
		"unknown keys are 4000":               func(o *simulator.Options) { o.Assumptions.UnknownKeyCode = "4000" },
	}
}

// TestSoakFaults_assumptions tests all kinds at once with each assumption.
func TestSoakFaults_assumptions(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(assumptions())) {
		for _, probability := range []float64{0.2, 0.5} {
			t.Run(fmt.Sprintf("%s/%.0f percent", name, probability*100), func(t *testing.T) {
				t.Parallel()
				newScenario(t, 2, assumptions()[name]).lifecycle(spread(faultKinds(), "", probability))
			})
		}
	}
}

// TestFaults_assumptions is the short form: one assumption, which the seed chooses.
func TestFaults_assumptions(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(assumptions()))
	name := names[random(t).IntN(len(names))]
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		newScenario(t, 1, assumptions()[name]).lifecycle(spread(faultKinds(), "", 0.2))
	})
}
