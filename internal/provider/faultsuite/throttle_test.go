package faultsuite

import (
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// throttles are the forms in which the API turns calls away for their rate.
func throttles() []simulator.Fault {
	return []simulator.Fault{{Status: 429, Code: "24"}, {Status: 429, Code: "25"}, {Status: 503, Code: "6"}, {Status: 400, Code: "4120"}}
}

// throttled goes through a story while the API admits a few calls a second and the provider has no pace of its own.
func (st *story) throttled(form simulator.Fault) {
	st.t.Helper()
	form.Kind, form.Rate = faults.Throttle, 8
	st.brief([]simulator.Fault{form})
}

// throttledThrough is the whole life of the keys while the API turns calls away for their rate and does all else that goes
// wrong.
func (st *story) throttledThrough(form simulator.Fault) {
	st.t.Helper()
	form.Kind, form.Rate = faults.Throttle, 8
	st.through(append([]simulator.Fault{form}, often(kinds(), "", 0.2)...))
	met := st.met("")
	if met[faults.Throttle] == 0 {
		st.t.Error("no call was turned away for its rate: nothing is proved")
	}
}

// TestThrottled is the short form: one of the forms, drawn.
func TestThrottled(t *testing.T) {
	t.Parallel()
	forms := throttles()
	tell(t, 2).throttled(forms[draw(t).IntN(len(forms))])
}

// TestSoakThrottled is every form, alone and with all kinds of faults.
func TestSoakThrottled(t *testing.T) {
	acctest.Soak(t)
	t.Parallel()
	for _, form := range throttles() {
		t.Run(fmt.Sprintf("%d %s", form.Status, form.Code), func(t *testing.T) {
			t.Parallel()
			tell(t, 3).throttled(form)
		})
		t.Run(fmt.Sprintf("%d %s and all kinds", form.Status, form.Code), func(t *testing.T) {
			t.Parallel()
			tell(t, 2).throttledThrough(form)
		})
	}
}
