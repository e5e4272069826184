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

// faultKind is a kind of fault with its variants. shortTimeout is the timeout of the resources of its scenarios, "" for
// one that is long enough.
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

// slowerThanTimeouts are answers that come after every timeout: the resources of such a scenario wait three seconds, and
// what has no timeout, as the reads of a plan, waits for one answer no longer than 15 seconds. The action is executed, or
// not: a call that waits before its execution sees its client go. It is not among faultKinds, most of whose scenarios are
// about a run that gets an answer in the end.
func slowerThanTimeouts() faultKind {
	long := faults.Duration(15 * time.Second)
	return faultKind{name: "slower than timeouts", shortTimeout: "3s",
		variants: []simulator.Fault{{Kind: faults.Stall, Latency: long}, {Kind: faults.Latency, Latency: long}}}
}

// spread divides a probability among kinds, and among the variants of each. The simulator tries one fault after the other.
func spread(kinds []faultKind, action string, probability float64) (list []simulator.Fault) {
	missed := 1.0
	for _, kind := range kinds {
		for _, fault := range kind.variants {
			share := probability / float64(len(kinds)*len(kind.variants))
			fault.Action, fault.Probability = action, share/missed
			missed -= share
			list = append(list, fault)
		}
	}
	return list
}

// onceEach is every kind once, for each of these actions.
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

// runRevisions applies the revisions and destroys the last one while calls fail, and checks after each run.
func (sc *scenario) runRevisions(list []simulator.Fault, revisions ...int) {
	sc.t.Helper()
	sc.fault(list...)
	for _, revision := range revisions {
		sc.configureTimeout(sc.shortTimeout, revision)
		sc.s.Run(apply...)
		sc.check(fmt.Sprintf("after the apply of revision %d under faults", revision))
	}
	last := revisions[len(revisions)-1]
	sc.configureTimeout(defaultTimeout, last)
	sc.converge()
	if sc.shortTimeout != "" {
		// A destroy takes its timeouts from the state.
		sc.configureTimeout(sc.shortTimeout, last)
		sc.s.Run(apply...)
	}
	sc.fault(list...)
	sc.s.Run(destroy...)
	sc.check("after the destroy under faults")
	met := sc.faultsMet("")
	if sc.shortTimeout != "" {
		sc.configureTimeout(defaultTimeout, last)
		sc.converge()
	}
	sc.end()
	sc.t.Logf("%d calls, faults met: %v", len(sc.cli.Simulator.Requests()), met)
	if len(met) == 0 {
		sc.t.Error("no fault was met: nothing is proved")
	}
}

// configureTimeout writes a revision whose operations have that timeout, "" for the usual.
func (sc *scenario) configureTimeout(timeout string, revision int) {
	sc.timeout = cmp.Or(timeout, defaultTimeout)
	sc.configure(revision)
}

// faultsMet counts the faults that calls of an action have met so far, by their kind; "" is every action. Of slow answers it
// counts those whose client did not wait for them, if the scenario is about timeouts.
func (sc *scenario) faultsMet(action string) map[string]int {
	met := map[string]int{}
	for _, call := range sc.cli.Simulator.Requests() {
		slow := call.Fault == faults.Stall || call.Fault == faults.Latency
		if call.Fault == "" || action != "" && call.Action != action || slow && sc.shortTimeout != "" && call.Sent != 0 {
			continue
		}
		met[call.Fault]++
	}
	return met
}

// TestFaults is the short form: all kinds at once on every action, in one call of five and in one of two.
func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("each once", func(t *testing.T) {
		t.Parallel()
		sc := newScenario(t, 2)
		sc.lifecycle(onceEach("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"))
		met := sc.faultsMet("")
		for _, kind := range faultKinds() {
			if met[kind.variants[0].Kind] == 0 {
				t.Errorf("no %s was met", kind.variants[0].Kind)
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

// faultsOf is one kind of fault, with this probability on the calls of an action, "" for every action. The first call meets
// it in any case: of the few calls that some actions have in a scenario, none may meet it otherwise, and that would prove
// nothing.
func (sc *scenario) faultsOf(kind faultKind, action string, probability float64) []simulator.Fault {
	first := kind.variants[sc.rnd.IntN(len(kind.variants))]
	first.Action, first.Times = action, 1
	return append([]simulator.Fault{first}, spread([]faultKind{kind}, action, probability)...)
}

// TestSoakFaults is every kind alone, on every action and on each one, in one call of five and in one of two.
func TestSoakFaults(t *testing.T) {
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
						sc.users = 6 // as many calls as there are of the others
					}
					sc.shortTimeout = kind.shortTimeout
					sc.lifecycle(sc.faultsOf(kind, action, probability))
					if len(sc.faultsMet(action)) == 0 {
						t.Errorf("no call of %s met the fault", cmp.Or(action, "every action"))
					}
				})
			}
		}
	}
}

// assumptions are the behaviours of the API that nobody has measured.
func assumptions() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expiry cleared on update":            func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryCleared },
		"expiry cleared on update with state": func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryClearedWithState },
		"expiry kept on update":               func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryKept },
		"expired keys can be deleted":         func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
		"unknown keys are 4000":               func(o *simulator.Options) { o.Assumptions.UnknownKeyCode = "4000" },
	}
}

// TestSoakFaults_assumptions goes through all kinds of faults under every assumption.
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

// TestFaults_assumptions is the short form: one assumption, drawn.
func TestFaults_assumptions(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(assumptions()))
	name := names[random(t).IntN(len(names))]
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		newScenario(t, 1, assumptions()[name]).lifecycle(spread(faultKinds(), "", 0.2))
	})
}
