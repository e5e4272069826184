package faultsuite

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

// trouble is a kind of fault, in its forms. haste is how long the resources of its stories wait, "" for long enough.
type trouble struct {
	name   string
	faults []simulator.Fault
	haste  string
}

func kinds() []trouble {
	status := func(kind string) (all []simulator.Fault) {
		for _, status := range []int{500, 502, 503, 504} {
			all = append(all, simulator.Fault{Kind: kind, Status: status, Code: "0"})
		}
		return all
	}
	return []trouble{
		{name: "answers lost", faults: []simulator.Fault{{Kind: faults.DropAfter}}},
		{name: "requests cut", faults: []simulator.Fault{{Kind: faults.DropBefore}}},
		{name: "5xx before execution", faults: status(faults.Status)},
		{name: "5xx after execution", faults: status(faults.StatusAfter)},
		{name: "answers reset", faults: []simulator.Fault{{Kind: faults.Reset}}},
		{name: "answers truncated", faults: []simulator.Fault{{Kind: faults.Truncate}}},
		{name: "no JSON", faults: []simulator.Fault{{Kind: faults.Garbage}}},
		{name: "slow", faults: []simulator.Fault{{Kind: faults.Stall, Latency: faults.Duration(300 * time.Millisecond)}, {Kind: faults.Latency, Latency: faults.Duration(300 * time.Millisecond)}}},
	}
}

// beyond are answers slower than anything waits for them: the resources of such a story wait three seconds, and what has no
// such limit, as the reads of a plan, waits for one answer no longer than a quarter of a minute. The action is done, or
// not: a call that waits before it is executed sees its client go. It is not among kinds, most of whose stories are about
// what happens to a run that gets an answer in the end.
func beyond() trouble {
	long := faults.Duration(15 * time.Second)
	return trouble{name: "slower than is waited for", haste: "3s",
		faults: []simulator.Fault{{Kind: faults.Stall, Latency: long}, {Kind: faults.Latency, Latency: long}}}
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
	st.live(list, 1, 2)
}

// brief is through without the changes.
func (st *story) brief(list []simulator.Fault) {
	st.t.Helper()
	st.live(list, 1)
}

// live applies the chapters and destroys the last one while calls go wrong, and lets the judge speak after each.
func (st *story) live(list []simulator.Fault, chapters ...int) {
	st.t.Helper()
	st.fault(list...)
	for _, chapter := range chapters {
		st.waiting(st.haste, chapter)
		st.s.Run(apply...)
		st.verdict(fmt.Sprintf("after the struck apply of chapter %d", chapter))
	}
	last := chapters[len(chapters)-1]
	st.calm(last)
	if st.haste != "" {
		// A destroy waits as long as the state says.
		st.waiting(st.haste, last)
		st.s.Run(apply...)
	}
	st.fault(list...)
	st.s.Run(destroy...)
	st.verdict("after the struck destroy")
	met := st.met("")
	if st.haste != "" {
		st.calm(last)
	}
	st.end()
	st.t.Logf("%d calls, faults met: %v", len(st.w.Simulator.Requests()), met)
	if len(met) == 0 {
		st.t.Error("no fault was met: nothing is proved")
	}
}

// calm ends the trouble, and whatever haste there was.
func (st *story) calm(chapter int) {
	st.t.Helper()
	st.waiting(patient, chapter)
	st.settle()
}

// waiting writes a chapter whose resources wait so long; "" for as long as is usual here.
func (st *story) waiting(long string, chapter int) {
	st.patience = cmp.Or(long, patient)
	st.turn(chapter)
}

// met counts the faults that calls of an action have met so far, by their kind; "" is every action. Of a slow answer it
// counts the calls whose client did not wait for it, if the story is about haste.
func (st *story) met(action string) map[string]int {
	met := map[string]int{}
	for _, call := range st.w.Simulator.Requests() {
		slow := call.Fault == faults.Stall || call.Fault == faults.Latency
		if call.Fault == "" || action != "" && call.Action != action || slow && st.haste != "" && call.Sent != 0 {
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
		st := tell(t, 2)
		st.through(onceEach("CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"))
		met := st.met("")
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
		st.haste = beyond().haste
		st.brief(st.cell(beyond(), "", 0.2))
	})
}

// cell is one kind of fault, drawn in so many calls of an action, "" for every one. Its first call is struck without a
// draw: of the few calls that some actions have in a story, a draw may spare each, and that would prove nothing.
func (st *story) cell(kind trouble, action string, probability float64) []simulator.Fault {
	first := kind.faults[st.rnd.IntN(len(kind.faults))]
	first.Action, first.Times = action, 1
	return append([]simulator.Fault{first}, often([]trouble{kind}, action, probability)...)
}

// TestSoakFaults is the matrix: every kind alone, on every action and on each one, in one call of five and in one of two.
func TestSoakFaults(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	actions := []string{
		"", "CreateAccessKey", "ReadAccessKeys", "UpdateAccessKey", "DeleteAccessKey",
		"CreateUser", "ReadUsers", "UpdateUser", "DeleteUser", "ReadApiAccessPolicy",
	}
	for _, kind := range append(kinds(), beyond()) {
		for _, probability := range []float64{0.2, 0.5} {
			for _, action := range actions {
				t.Run(fmt.Sprintf("%s/%.0f percent/%s", kind.name, probability*100, orEvery(action)), func(t *testing.T) {
					t.Parallel()
					st := tell(t, 2)
					if strings.HasSuffix(action, "User") {
						st.users = 6 // as many calls as there are of the others
					}
					st.haste = kind.haste
					st.through(st.cell(kind, action, probability))
					if len(st.met(action)) == 0 {
						t.Errorf("no call of %s met the fault", orEvery(action))
					}
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
