package acceptance_test

import (
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// TestALifetimeOverTheCeiling is an error at plan, for the first key, for the next one, and for the lifetime of a key
// that stays; at apply where it is known only then. Nothing is made, and what needs no question asks none.
func TestALifetimeOverTheCeiling(t *testing.T) {
	t.Parallel()
	w := ceilingOf30Days(t)
	lives := func(lifetime string) string { return rotating("lifetime = "+lifetime, `rotate_before = "7d"`) }
	s := w.Workspace(lives(`"31d"`))
	refused := func(r Result) {
		t.Helper()
		if r.Code != 1 {
			t.Errorf("code %d", r.Code)
		}
		r.Contains(t, "Error: Access key would live too long", "`lifetime` is 31 days", "longer than 30 days")
	}
	refused(s.Plan())
	s.Write("resource \"terraform_data\" \"later\" {\n  input = \"31d\"\n}\n" + lives("terraform_data.later.output"))
	refused(s.Run(applies...))
	if len(w.Keys()) != 0 {
		t.Fatal("a key was made")
	}
	s.Write(lives(`"30d"`))
	s.Apply()
	mark := w.Mark()
	s.EmptyPlan()
	if n := mark.Count("ReadApiAccessPolicy"); n != 0 || len(mark.Calls()) != 1 {
		t.Errorf("a plan without changes made these calls: %v", actions(mark))
	}
	s.Write(lives(`"31d"`))
	refused(s.Plan())
}

// TestAFullQuotaIsSeenBeforeARotation: the plan names the keys; apply makes nothing; and once there is room, it heals.
// A key that goes first makes room by itself.
func TestAFullQuotaIsSeenBeforeARotation(t *testing.T) {
	t.Parallel()
	w := New(t)
	others := func(n string) string {
		return owner("alice") + Block("outscale_access_key", "other", "count = "+n, byName)
	}
	s := w.Workspace(others("9") + monthly(byName))
	s.Apply()
	w.Advance(24 * day)()
	r := s.Plan()
	r.Contains(t, "Too many access keys for one owner", "access key number 11 of user alice", "- "+s.Attributes(pairType)["access_key_id"].(string), "1 to change")
	if r := s.Run(applies...); r.Code != 1 || len(w.Keys()) != 10 {
		t.Fatalf("%d keys, code %d:\n%s", len(w.Keys()), r.Code, r.Output)
	}
	known(t, w, s, "others")
	s.Write(others("8") + monthly(byName))
	s.Must(append(applies, "-target=outscale_access_key.other")...)
	s.Apply().Lacks(t, "Too many access keys")
	s.Write(others("8") + monthly(byName, `triggers = { why = "another" }`))
	s.Apply().Lacks(t, "Too many access keys")
	if len(w.Keys()) != 10 {
		t.Errorf("%d keys", len(w.Keys()))
	}
}

// TestTwoKeysAreEnough: with the quota of an older text, two for each user (A4), a pair rotates for ever.
func TestTwoKeysAreEnough(t *testing.T) {
	t.Parallel()
	w := New(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
	s := w.Workspace(owner("alice") + monthly(byName))
	for range 4 {
		s.Apply()
		w.Advance(24 * day)()
	}
	for _, key := range w.Keys() {
		if !strings.Contains(string(s.State()), key.AccessKeyID) {
			t.Errorf("the state does not know key %s", key.AccessKeyID)
		}
	}
}
