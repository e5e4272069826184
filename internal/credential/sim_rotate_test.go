package credential

import (
	"context"
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// TestTwoYearsOfRotations under each reading of what the API does with expired keys (A1, A2, A3) and with the smallest
// quota (A4), in time and late, with answers lost on the way: of one pair there are never more than two keys, each of
// them known.
func TestTwoYearsOfRotations(t *testing.T) {
	for _, expiry := range []simulator.ExpiryOnUpdate{simulator.ExpiryCleared, simulator.ExpiryClearedWithState, simulator.ExpiryKept} {
		for _, lax := range []bool{false, true} {
			for _, version := range []string{"", "1.39"} {
				t.Run(fmt.Sprintf("A1=%d,A2,A3=%v,%s", expiry, lax, version), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, func(o *simulator.Options) {
						o.APIVersion = version
						o.Assumptions = simulator.Assumptions{ExpiryOnUpdate: expiry, DeleteExpiredKeys: lax, DeleteActiveKeys: lax, KeyLimit: 2}
					})
					w.user("bob")
					w.twoYears()
				})
			}
		}
	}
}

func (w *world) twoYears() {
	w.t.Helper()
	ctx, have := context.Background(), Pair{}
	for month := range 24 {
		if month%5 == 4 { // late
			if err := w.sim.Advance(40 * day); err != nil {
				w.t.Fatal(err)
			}
		}
		if month%3 == 2 && !w.legacy.Load() {
			w.fault(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.DropAfter, Times: 1})
		}
		next, notices, err := w.Rotate(ctx, have, bobs)
		if err != nil || len(notices) > 0 || next.Current.Secret == "" {
			w.t.Fatalf("month %d: %v, notices %v", month, err, notices)
		}
		if (have.Current.ID != "") != (next.Previous.ID != "") && month%5 != 4 {
			w.t.Errorf("month %d: the key before is %q", month, next.Previous.ID)
		}
		w.onlyLive(slicesOf(next)...)
		have = next
		if err := w.sim.Advance(24 * day); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := w.RevokePair(ctx, bobs.Owner, have); err != nil {
		w.t.Error(err)
	}
	w.onlyLive()
}

// slicesOf are the ids of a pair.
func slicesOf(p Pair) (ids []string) {
	for _, key := range []Key{p.Current, p.Previous} {
		if key.ID != "" {
			ids = append(ids, key.ID)
		}
	}
	return ids
}

// TestRotateWhenTheAnswerIsLost: the key whose secret is lost is revoked, the current one is not touched.
func TestRotateWhenTheAnswerIsLost(t *testing.T) {
	for times, made := range map[int]bool{1: true, 2: false} {
		w := newWorld(t)
		w.user("bob")
		first, _, err := w.Rotate(context.Background(), Pair{}, bobs)
		if err != nil {
			t.Fatal(err)
		}
		w.fault(simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Times: times})
		next, _, err := w.Rotate(context.Background(), first, bobs)
		if (err == nil) != made || (next.Previous.ID == first.Current.ID) != made || (next.Current.ID == first.Current.ID) == made {
			t.Errorf("lost %d: %v, pair %v", times, err, next)
		}
		w.onlyLive(slicesOf(next)...)
	}
}
