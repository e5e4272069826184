package faultsuite

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// trouble is a kind of fault, in its forms.
type trouble struct {
	name   string
	faults []simulator.Fault
}

func kinds() []trouble {
	status := func(kind string) (all []simulator.Fault) {
		for _, status := range []int{500, 502, 503, 504} {
			all = append(all, simulator.Fault{Kind: kind, Status: status, Code: "0"})
		}
		return all
	}
	return []trouble{
		{"answers lost", []simulator.Fault{{Kind: faults.DropAfter}}},
		{"requests cut", []simulator.Fault{{Kind: faults.DropBefore}}},
		{"5xx before execution", status(faults.Status)},
		{"5xx after execution", status(faults.StatusAfter)},
		{"answers reset", []simulator.Fault{{Kind: faults.Reset}}},
		{"answers truncated", []simulator.Fault{{Kind: faults.Truncate}}},
		{"no JSON", []simulator.Fault{{Kind: faults.Garbage}}},
		{"slow", []simulator.Fault{{Kind: faults.Stall, Latency: faults.Duration(300 * time.Millisecond)}, {Kind: faults.Latency, Latency: faults.Duration(300 * time.Millisecond)}}},
	}
}

// often spreads a probability over troubles, and over the forms of each: rules are asked one after the other.
func often(list []trouble, action string, probability float64) (spread []simulator.Fault) {
	missed := 1.0
	for _, trouble := range list {
		for _, fault := range trouble.faults {
			share := probability / float64(len(list)*len(trouble.faults))
			fault.Action, fault.Probability = action, share/missed
			missed -= share
			spread = append(spread, fault)
		}
	}
	return spread
}

// onceEach is every trouble once, for each of these actions.
func onceEach(actions ...string) (all []simulator.Fault) {
	for _, action := range actions {
		for _, trouble := range kinds() {
			fault := trouble.faults[0]
			fault.Action, fault.Times = action, 1
			all = append(all, fault)
		}
	}
	return all
}

// through goes through the whole life of the keys while calls go wrong: made, changed, revoked.
func (st *story) through(list []simulator.Fault) {
	st.t.Helper()
	st.fault(list...)
	st.s.Run(apply...)
	st.verdict("after the first apply")
	st.turn(2)
	st.s.Run(apply...)
	st.verdict("after the second apply")
	st.settle()
	st.fault(list...)
	st.s.Run(destroy...)
	st.verdict("after the first destroy")
	met := st.met()
	st.end()
	st.t.Logf("%d calls, faults met: %v", len(st.w.Simulator.Requests()), met)
	if len(met) == 0 {
		st.t.Error("no fault was met: nothing is proved")
	}
}

// met counts the faults that calls have met so far, by their kind.
func (st *story) met() map[string]int {
	met := map[string]int{}
	for _, call := range st.w.Simulator.Requests() {
		if call.Fault != "" {
			met[call.Fault]++
		}
	}
	return met
}

// TestFaults is the short form: all kinds at once on every action, in one call of five and in one of two.
func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("each once", func(t *testing.T) {
		t.Parallel()
		st := tell(t, 2)
		st.through(onceEach("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"))
		met := st.met()
		for _, kind := range kinds() {
			if met[kind.faults[0].Kind] == 0 {
				t.Errorf("no %s was met", kind.faults[0].Kind)
			}
		}
	})
	t.Run("20 percent", func(t *testing.T) {
		t.Parallel()
		st := tell(t, 3)
		st.through(often(kinds(), "", 0.2))
	})
	t.Run("50 percent", func(t *testing.T) {
		t.Parallel()
		st := tell(t, 1)
		st.brief(often(kinds(), "", 0.5))
	})
	t.Run("beyond the timeout", func(t *testing.T) {
		t.Parallel()
		st := tell(t, 1)
		st.patience = "2s"
		st.turn(1)
		st.brief([]simulator.Fault{{Kind: faults.Stall, Latency: faults.Duration(5 * time.Second), Probability: 0.3}})
	})
}

// brief is through without the changes.
func (st *story) brief(list []simulator.Fault) {
	st.t.Helper()
	st.fault(list...)
	st.s.Run(apply...)
	st.verdict("after the first apply")
	st.settle()
	st.fault(list...)
	st.s.Run(destroy...)
	st.verdict("after the first destroy")
	met := st.met()
	st.end()
	st.t.Logf("%d calls, faults met: %v", len(st.w.Simulator.Requests()), met)
	if len(met) == 0 {
		st.t.Error("no fault was met: nothing is proved")
	}
}

// TestSoakFaults is the matrix: every kind alone, on every action and on each one, in one call of five and in one of two.
func TestSoakFaults(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	actions := []string{"", "CreateAccessKey", "ReadAccessKeys", "UpdateAccessKey", "DeleteAccessKey", "CreateUser", "ReadUsers", "UpdateUser", "DeleteUser"}
	for _, kind := range kinds() {
		for _, probability := range []float64{0.2, 0.5} {
			for _, action := range actions {
				t.Run(fmt.Sprintf("%s/%.0f percent/%s", kind.name, probability*100, orEvery(action)), func(t *testing.T) {
					t.Parallel()
					st := tell(t, 2)
					st.through(often([]trouble{kind}, action, probability))
				})
			}
		}
	}
}

func orEvery(action string) string {
	if action == "" {
		return "every action"
	}
	return action
}

// switches are the readings of the API that nobody has measured, and its versions.
func switches() map[string]func(*simulator.Options) {
	return map[string]func(*simulator.Options){
		"expiry cleared on update":            func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryCleared },
		"expiry cleared on update with state": func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryClearedWithState },
		"expiry kept on update":               func(o *simulator.Options) { o.Assumptions.ExpiryOnUpdate = simulator.ExpiryKept },
		"expired keys can be deleted":         func(o *simulator.Options) { o.Assumptions.DeleteExpiredKeys = true },
		"unknown keys are 4000":               func(o *simulator.Options) { o.Assumptions.UnknownKeyCode = "4000" },
		"1.39":                                func(o *simulator.Options) { o.APIVersion = "1.39" },
	}
}

// TestSoakSwitches goes through all kinds of faults under every reading.
func TestSoakSwitches(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(switches())) {
		for _, probability := range []float64{0.2, 0.5} {
			t.Run(fmt.Sprintf("%s/%.0f percent", name, probability*100), func(t *testing.T) {
				t.Parallel()
				st := tell(t, 2, switches()[name])
				st.older(name == "1.39")
				st.through(often(kinds(), "", probability))
			})
		}
	}
}

// TestSwitches is its short form: two readings, drawn.
func TestSwitches(t *testing.T) {
	t.Parallel()
	names := slices.Sorted(maps.Keys(switches()))
	rnd := draw(t)
	for _, name := range []string{"1.39", names[1+rnd.IntN(len(names)-1)]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := tell(t, 1, switches()[name])
			st.older(name == "1.39")
			st.through(often(kinds(), "", 0.2))
		})
	}
}
