package identity_test

import "testing"

// TestIdentity_ignoreChangesAll: the CLIs fill the configuration of the plan from the state then, computed values included.
// No resource refuses what it wrote itself: not in the next plan, without a refresh too, and not in a destruction.
func TestIdentity_ignoreChangesAll(t *testing.T) {
	for typeName, k := range kinds {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := k.config(w)
			r := w.Resource(typeName, config)
			r.IgnoreChanges = []string{"all"}
			for _, r.SkipRefresh = range []bool{false, true} {
				r.ExpectEmptyPlan(config)
			}
			r.SkipRefresh = false
			r.Destroy()
		})
	}
}
