package credential

import (
	"context"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestUsageByPages reads a log of more than a page, on each side of a seam, through the client.
func TestUsageByPages(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	sign := func(n int) {
		for range n {
			if _, err := w.api.ReadUsers(ctx, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	sign(1)
	if err := w.sim.Advance(30 * time.Hour); err != nil {
		t.Fatal(err)
	}
	sign(1050)
	w.calls()
	began := w.Now()
	u, err := w.Usage(ctx, LogKept, 100)
	use := u.Keys[simtest.RootAccessKey]
	if err != nil || !u.Whole || use.Last.After(w.Now()) || began.Sub(use.Last) > time.Minute {
		t.Errorf("%+v, %v", u, err)
	}
	// The reading itself is in the log as it goes on.
	if read := w.calls()["ReadApiLogs"]; read != 6 || use.Calls < 1051 || use.Calls > 1051+read {
		t.Errorf("%d calls found with %d pages", use.Calls, read)
	}
}

// TestAccountOfTheSimulator: what the API lists of an account, owner by owner, and what is said of its limit.
func TestAccountOfTheSimulator(t *testing.T) {
	w := newWorld(t)
	alice, bob := w.user("alice"), w.user("bob")
	key := w.key(Wish{Owner: Owner{UserName: "alice"}, Tag: "ci"})
	a, err := w.Account(context.Background())
	if err != nil || !a.Users || !a.Root || a.Ceiling == nil || *a.Ceiling != 0 || len(a.Keys) != 2 ||
		a.Keys[0].ID != simtest.RootAccessKey || a.Keys[1].ID != key.ID || a.Keys[1].UserID != alice.ID {
		t.Errorf("%+v, %v (bob is %s)", a, err, bob.ID)
	}
	w.cost("an audit", map[string]int{"ReadAccessKeys": 3, "ReadUsers": 1, "ReadApiAccessPolicy": 1})
	if _, err := w.Account(context.Background()); err != nil {
		t.Error(err)
	}
	w.cost("another one in the same run", map[string]int{})
}
