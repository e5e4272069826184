package credential

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// Many creates at once while answers and requests are lost: every key at the API is one that a create returned with
// its secret, or one that an error names; and nothing is left under a marker unless a notice says so.
func TestNoUnknownKey(t *testing.T) {
	for name, version := range map[string]string{"1.40.1": "", "1.39": "1.39"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(o *simulator.Options) { o.APIVersion, o.Assumptions.KeyLimit = version, 1000 })
			w.user("bob")
			w.fault(
				simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropAfter, Probability: 0.3},
				simulator.Fault{Action: "CreateAccessKey", Kind: faults.DropBefore, Probability: 0.1},
				simulator.Fault{Action: "CreateAccessKey", Kind: faults.Status, Status: 502, Code: "0", Probability: 0.1},
				simulator.Fault{Action: "UpdateAccessKey", Kind: faults.DropAfter, Probability: 0.05},
			)
			var (
				mu     sync.Mutex
				known  = map[string]bool{simtest.RootAccessKey: true}
				failed int
				group  errgroup.Group
			)
			group.SetLimit(8)
			wish := Wish{Owner: Owner{UserName: "bob"}, State: Active, Expires: w.in(year)}
			for range 100 {
				group.Go(func() error {
					key, notices, err := w.Create(context.Background(), wish)
					mu.Lock()
					defer mu.Unlock()
					if key.ID != "" {
						known[key.ID] = true
						if key.Secret == "" || len(notices) > 0 {
							t.Errorf("key %s: secret of %d characters, notices %v", key.ID, len(key.Secret), notices)
						}
					}
					if err != nil {
						failed++
						var lost *AmbiguousError
						if !errors.As(err, &lost) || !lost.Clean {
							t.Errorf("error = %v", err)
						}
					}
					return nil
				})
			}
			_ = group.Wait()
			t.Logf("%d of 100 creates gave up after losing two answers", failed)
			for _, key := range w.sim.State().AccessKeys {
				if !known[key.AccessKeyID] {
					t.Errorf("nobody knows key %s", key.AccessKeyID)
				}
				if key.Tag != nil && strings.HasPrefix(*key.Tag, markerPrefix) {
					t.Errorf("key %s kept its marker %s", key.AccessKeyID, *key.Tag)
				}
				if key.UserName == "bob" && key.ExpirationDate == nil {
					t.Errorf("key %s never expires", key.AccessKeyID)
				}
			}
			if failed == 0 || failed == 100 {
				t.Errorf("%d creates failed: the faults did not strike as meant", failed)
			}
		})
	}
}
