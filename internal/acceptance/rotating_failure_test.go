package acceptance_test

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

const pairType = "outscale_rotating_access_key"

var applies = []string{"apply", "-auto-approve", "-input=false", "-no-color"}

// known fails the test unless every key at the API is one of the pair in the state, or of the others given by name, and
// the secret in the state is the current one's.
func known(t *testing.T, w *World, s *Workspace, others ...string) {
	t.Helper()
	got := s.Attributes(pairType)
	secret, _ := got["secret_key"].(string)
	sum := sha256.Sum256([]byte(secret))
	for _, key := range w.Keys() {
		if len(others) == 0 && key.AccessKeyID != got["access_key_id"] && key.AccessKeyID != got["previous_access_key_id"] {
			t.Errorf("the state does not know key %s", key.AccessKeyID)
		}
		if key.AccessKeyID == got["access_key_id"] && key.SecretSHA256 != hex.EncodeToString(sum[:]) {
			t.Error("the secret in the state is not the current key's")
		}
	}
}

// TestARotationThatFailsHalfWay, at each of its calls, leaves the old key alone or both keys known; the next run heals it.
func TestARotationThatFailsHalfWay(t *testing.T) {
	for name, c := range map[string]struct {
		fault   simulator.Fault
		failed  bool
		rotated bool
		said    string
	}{
		"the create is refused":     {simulator.Fault{Action: "CreateAccessKey", Kind: "status", Status: 403, Code: "4"}, true, false, "Access key not rotated"},
		"its answers are lost":      {simulator.Fault{Action: "CreateAccessKey", Kind: "drop_after", Times: 2}, true, false, "nothing is left behind"},
		"one answer is lost":        {simulator.Fault{Action: "CreateAccessKey", Kind: "drop_after", Times: 1}, false, true, "1 changed"},
		"the update is refused":     {simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"}, false, true, "its tag not yet set"},
		"the look is refused":       {simulator.Fault{Action: "ReadAccessKeys", Kind: "status", Status: 403, Code: "4"}, true, false, "Access key not rotated"},
		"the quota is full by then": {simulator.Fault{Action: "CreateAccessKey", Kind: "status", Status: 400, Code: "10005"}, true, false, "quota of access keys is full"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(monthly())
			s.Apply()
			old := w.OnlyKey().AccessKeyID
			w.Advance(24 * day)()
			s.Must("plan", "-out=saved", "-input=false", "-no-color")
			w.Fault(c.fault)()
			r := s.Run("apply", "-input=false", "-no-color", "saved")
			if (r.Code != 0) != c.failed {
				t.Fatalf("apply ended with %d:\n%s", r.Code, r.Output)
			}
			r.Contains(t, c.said)
			w.Fault()()
			if at := slices.IndexFunc(w.Keys(), func(k admin.AccessKey) bool { return k.AccessKeyID == old }); at < 0 || w.Keys()[at].State != "ACTIVE" {
				t.Error("the old key was touched")
			}
			if rotated := s.Attributes(pairType)["access_key_id"] != old; rotated != c.rotated {
				t.Errorf("the state has another key: %v", rotated)
			}
			known(t, w, s)
			s.Apply()
			known(t, w, s)
			s.EmptyPlan()
			if got := s.Attributes(pairType); got["previous_access_key_id"] != old || len(w.Keys()) != 2 {
				t.Errorf("%d keys, before the current one %v", len(w.Keys()), got["previous_access_key_id"])
			}
		})
	}
}

// TestAThirdKeyIsNotMadeWhileTheFirstCannotGo: a refusal to delete it keeps both as they are, and known.
func TestAThirdKeyIsNotMadeWhileTheFirstCannotGo(t *testing.T) {
	t.Parallel()
	w := New(t)
	because := func(why string) string { return monthly(`triggers = { why = "` + why + `" }`) }
	s := w.Workspace(because("1"))
	s.Apply()
	s.Write(because("2"))
	s.Apply()
	s.Write(because("3"))
	s.Plan().Contains(t, "Previous access key revoked before its expiry")
	w.Fault(simulator.Fault{Action: "DeleteAccessKey", Kind: "status", Status: 403, Code: "4"})()
	if r := s.Run(applies...); r.Code != 1 || len(w.Keys()) != 2 {
		t.Fatalf("%d keys, code %d:\n%s", len(w.Keys()), r.Code, r.Output)
	}
	known(t, w, s)
	w.Fault(simulator.Fault{Action: "CreateAccessKey", Kind: "status", Status: 403, Code: "4"})()
	if r := s.Run(applies...); r.Code != 1 || len(w.Keys()) != 1 || s.Attributes(pairType)["previous_access_key_id"] != nil {
		t.Fatalf("%d keys, code %d:\n%s", len(w.Keys()), r.Code, r.Output)
	}
	known(t, w, s)
	w.Fault()()
	s.Apply().Contains(t, "1 changed")
	s.EmptyPlan()
}

// TestASavedPlanADayLater: nothing in it counts from the moment it was made. It makes, rotates, shortens and removes.
func TestASavedPlanADayLater(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(monthly())
	later := func(want time.Duration) {
		t.Helper()
		s.Must("plan", "-out=saved", "-input=false", "-no-color")
		w.Advance(day)()
		s.Must("apply", "-input=false", "-no-color", "saved")
		w.Must(ends(w, want)(nil))
		s.EmptyPlan()
	}
	later(30 * day)
	w.Advance(23 * day)()
	if r := s.Run("plan", "-refresh=false", "-detailed-exitcode", "-input=false", "-no-color"); r.Code != 0 {
		t.Errorf("a plan that looks at nothing finds something due:\n%s", r.Output)
	}
	later(30 * day)
	s.Write(rotating(`lifetime = "14d"`, `rotate_before = "7d"`))
	later(14 * day)
	w.Advance(5 * day)() // the first has expired, the second is not in its window when this is planned, and is when it is applied
	s.Must("plan", "-out=saved", "-input=false", "-no-color")
	w.Advance(2*day + time.Hour)()
	s.Must("apply", "-input=false", "-no-color", "saved").Contains(t, "1 changed")
	if got := s.Attributes(pairType); got["previous_access_key_id"] != nil || len(w.Keys()) != 1 {
		t.Errorf("the expired key was not removed: %d keys", len(w.Keys()))
	}
	later(14 * day)
}

// TestAStalePlanIsRefused by the CLI when another run has rotated meanwhile.
func TestAStalePlanIsRefused(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(monthly())
	s.Apply()
	w.Advance(24 * day)()
	s.Must("plan", "-out=saved", "-input=false", "-no-color")
	s.Apply()
	if r := s.Run("apply", "-input=false", "-no-color", "saved"); r.Code == 0 || len(w.Keys()) != 2 {
		t.Errorf("%d keys, code %d:\n%s", len(w.Keys()), r.Code, r.Output)
	}
}

// TestDestroyRevokesBoth, also when one is gone, expired or switched off, and -replace makes a new one of its own.
func TestDestroyRevokesBoth(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(w *World) func(){
		"both live": func(*World) func() { return func() {} }, "the current is gone": deletes,
		"the first has expired": func(w *World) func() { return w.Advance(10 * day) }, "both have": func(w *World) func() { return w.Advance(90 * day) },
		"the current is off": func(w *World) func() { return onCurrent(w, switchOff) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(owner("alice") + monthly(byName))
			s.Apply()
			w.Advance(24 * day)()
			s.Apply()
			before(w)()
			s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
			if len(w.Keys()) != 0 {
				t.Errorf("left: %v", w.Keys())
			}
		})
	}
	t.Run("replace", func(t *testing.T) {
		t.Parallel()
		w := New(t)
		s := w.Workspace(monthly())
		s.Apply()
		w.Advance(24 * day)()
		s.Apply()
		both := w.Keys()
		s.Must(append(applies, "-replace="+pairAddress)...)
		for _, old := range both {
			if w.OnlyKey().AccessKeyID == old.AccessKeyID {
				t.Error("an old key lives")
			}
		}
		known(t, w, s)
	})
}

// TestASealedPair: the secret of no key of it is anywhere in clear; other recipients rotate.
func TestASealedPair(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine, yours := AgePair(t), SSHPair(t, "")
	s := w.Workspace(monthly(sealTo(mine.Public)))
	opensTo := func(private string) {
		t.Helper()
		secret, err := seal.Open(s.Attributes(pairType)["sealed_secret_key"].(string), private, "")
		w.Must(err)
		if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != current(w).SecretSHA256 {
			t.Error("what opens is not the secret of the current key")
		}
	}
	s.Apply()
	opensTo(mine.Private)
	w.Advance(24 * day)()
	s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
	s.Apply()
	opensTo(mine.Private)
	s.EmptyPlan()
	w.Advance(7 * day)()
	s.Apply()
	s.Write(monthly(sealTo(mine.Public, yours.Public)))
	s.Plan().Contains(t, "Access key rotated for its recipients", "1 to change")
	s.Apply()
	opensTo(yours.Private)
	if len(w.Keys()) != 2 {
		t.Errorf("%d keys", len(w.Keys()))
	}
	s.EmptyPlan()
	s.NoSecretRests(w.RootSecretKey)
}

// TestASecretInClearIsSealedInPlace, and an imported key, which has none, has one from its next rotation on.
func TestAPairIsSealedLater(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	s := w.Workspace(monthly())
	s.Apply()
	s.Write(monthly(sealTo(mine.Public)))
	mark := w.Mark()
	s.Apply().Contains(t, "Older states hold the secret in clear")
	if got := s.Attributes(pairType); got["secret_key"] != nil || got["sealed_secret_key"] == nil || len(mark.Writes()) != 0 {
		t.Errorf("not sealed in place, calls %v", mark.Writes())
	}
	id := w.OnlyKey().AccessKeyID
	s.Must("state", "rm", pairAddress)
	s.Must("import", "-input=false", "-no-color", pairAddress, id)
	s.Apply().Contains(t, "No secret to seal yet")
	s.EmptyPlan()
	w.Advance(24 * day)()
	s.Apply()
	if got := s.Attributes(pairType); got["secret_key"] != nil || got["sealed_secret_key"] == nil || got["previous_access_key_id"] != id {
		t.Error("the next key is not sealed")
	}
}

// TestBadDurationsAreRefused at plan, and at apply where they are known only then: nothing is made.
func TestBadDurationsAreRefused(t *testing.T) {
	for arguments, want := range map[string]string{
		`"30d", "30d"`: `Window not shorter`, `"30d", "720h"`: `Window not shorter`, `"30d", "P31D"`: `Window not shorter`,
		`"30d", "0h"`: `Duration too short`, `"30d", "-1h"`: `no\s+sign`, `"30d", "59s"`: `at\s+least\s+one\s+minute`, `"0d", "1h"`: `Duration too short`,
		`"1M", "1h"`: `minutes`, `"P1M", "1h"`: `no\s+fixed\s+length`, `"30d", "1M"`: `minutes`, `"P1Y", "1h"`: `no\s+fixed\s+length`,
		`"101y", "1h"`: `no\s+fixed\s+length`, `"36501d", "1h"`: `100\s+years`, `"720", "1h"`: `without\s+a\s+unit`, `"", "1h"`: `is\s+empty`,
	} {
		t.Run(arguments, func(t *testing.T) {
			w := New(t)
			lifetime, window, _ := strings.Cut(arguments, ", ")
			later := "resource \"terraform_data\" \"later\" {\n  input = [" + arguments + "]\n}\n" +
				rotating("lifetime = terraform_data.later.output[0]", "rotate_before = terraform_data.later.output[1]")
			w.Test(
				resource.TestStep{Config: rotating("lifetime = "+lifetime, "rotate_before = "+window), PlanOnly: true, ExpectError: regexp.MustCompile(want)},
				resource.TestStep{Config: later, ExpectError: regexp.MustCompile(want)},
			)
			if calls := w.Simulator.Stats(); calls["CreateAccessKey"] != 0 {
				t.Error("a key was made")
			}
		})
	}
}
