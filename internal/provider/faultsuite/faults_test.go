package faultsuite

import (
	"testing"

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
		{"5xx before", status(faults.Status)},
	}
}

// often spreads a probability over the forms of a trouble: rules are asked one after the other.
func often(list []simulator.Fault, action string, probability float64) []simulator.Fault {
	spread := make([]simulator.Fault, 0, len(list))
	missed := 1.0
	for _, fault := range list {
		share := probability / float64(len(list))
		fault.Action, fault.Probability = action, share/missed
		missed -= share
		spread = append(spread, fault)
	}
	return spread
}

// go through the whole life of the keys while calls go wrong: made, changed, revoked.
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
	st.end()
}

// mixed are all kinds at once.
func mixed() (all []simulator.Fault) {
	for _, k := range kinds() {
		all = append(all, k.faults...)
	}
	return all
}

// TestFaults is the short form: all kinds at once on every action, in one case of five and in one of two.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, probability := range map[string]float64{"20 percent": 0.2, "50 percent": 0.5} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := tell(t, 3)
			st.through(often(mixed(), "", probability))
		})
	}
}
