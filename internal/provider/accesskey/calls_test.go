package accesskey_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// The sizes of the runs whose calls are counted: owners have keysEach keys each, the caller has one.
const (
	owners   = 12
	keysEach = 5
)

// expectCallsOnce is ExpectCalls, and also fails the test if the keys of one owner were read twice.
func expectCallsOnce(t *testing.T, h *acctest.Protocol, what string, want map[string]int) {
	t.Helper()
	seen := map[string]int{}
	for _, call := range h.Requests() {
		seen[call.Action+string(call.Body)]++
	}
	for read, n := range seen {
		if n > 1 && strings.HasPrefix(read, "ReadAccessKeys") {
			t.Errorf("%s: read %d times: %s", what, n, read)
		}
	}
	maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
	if got := h.Counts(); !maps.Equal(got, want) {
		t.Errorf("%s: calls %v, want %v", what, got, want)
	}
	h.ResetCalls()
}

// TestAccessKey_callsByOwners: a plan costs calls by owners and pages of users, however many keys there are; a user's key
// costs two calls to create and two to delete, the caller's own two and one.
func TestAccessKey_callsByOwners(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		byID  bool
		users int // in the account
		pages int // of users that a plan of existing keys reads
		looks int // of users that a plan of new keys reads
	}{
		"by name":           {false, owners, 0, 1},
		"by id":             {true, owners, 1, 1},
		"by id among 1,100": {true, 1_100, 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			ids := make([]string, c.users)
			acctest.Concurrently(c.users, func(i int) { ids[i] = h.CreateUser(fmt.Sprintf("user-%d", i)).ID })
			n := owners*keysEach + 1
			config := func(i int) acctest.Args {
				switch {
				case i == n-1:
					return acctest.Args{}
				case c.byID:
					return identified(ids[i%owners])
				}
				return named(fmt.Sprintf("user-%d", i%owners))
			}
			keys, plans := make([]*acctest.Resource, n), make([]*acctest.Plan, n)
			for i := range keys {
				keys[i] = h.NewResource(accessKey)
			}
			planAll := func(want acctest.Action) {
				t.Helper()
				p := h.Start()
				acctest.Concurrently(n, func(i int) { plans[i] = p.Plan(keys[i], config(i)) })
				for _, plan := range plans {
					plan.Expect(want, nil)
				}
			}
			planAll(acctest.Create)
			expectCallsOnce(t, h, "plan of new keys", map[string]int{"ReadApiAccessPolicy": 1, "ReadUsers": c.looks, "ReadAccessKeys": owners + 1})

			p := h.Start()
			acctest.Concurrently(n, func(i int) { p.Apply(plans[i], config(i)).ExpectNoErrors() })
			// What an apply reads before its first change is a matter of time, and bounded.
			counts := h.Counts()
			if counts["ReadAccessKeys"] > owners+1 || counts["ReadUsers"] > c.looks {
				t.Errorf("an apply reads more than a plan: %v", counts)
			}
			if counts["CreateAccessKey"] != n || counts["UpdateAccessKey"] != n {
				t.Errorf("create: calls %v, want two for each of %d keys", counts, n)
			}
			h.ResetCalls()

			planAll(acctest.NoOp)
			expectCallsOnce(t, h, "plan without changes", map[string]int{"ReadUsers": c.pages, "ReadAccessKeys": owners + 1})
			acctest.Concurrently(n, func(i int) { keys[i].SkipRefresh = true; keys[i].Destroy() })
			if got := h.Counts(); got["DeleteAccessKey"] != n || got["UpdateAccessKey"] != n-1 {
				t.Errorf("destruction: calls %v", got)
			}
			if left := h.Keys(); len(left) != 0 {
				t.Errorf("%d keys left", len(left))
			}
		})
	}
}
