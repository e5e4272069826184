package rotatingkey_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// rotatingKey is the type under test.
const (
	rotatingKey = "outscale_rotating_access_key"
	accessKey   = "outscale_access_key"
	user        = "outscale_user"
)

const day = 24 * time.Hour

func ptr[T any](v T) *T { return &v }

// monthly is a pair whose keys have a lifetime of 30 days and are replaced in the last 7.
func monthly(more ...acctest.Args) acctest.Args {
	config := acctest.Args{"lifetime": "30d", "rotate_before": "7d"}
	for _, one := range more {
		maps.Copy(config, one)
	}
	return config
}

// rotation is what a plan of a rotation shows: what reads the key follows it in the same run.
var rotation = acctest.Args{
	"access_key_id": acctest.Unknown, "secret_key": acctest.Unknown, "expiration_date": acctest.Unknown, "previous_access_key_id": acctest.Unknown,
}

// expectPair fails the test unless the keys at the API are those of the state, the youngest is the current one with the
// secret in the state, each has an expiry, and there is a previous one or not.
func expectPair(t *testing.T, h *acctest.Protocol, pair *acctest.Resource, previous bool) {
	t.Helper()
	want := []string{pair.String("access_key_id")}
	if previous {
		want = []string{pair.String("previous_access_key_id"), pair.String("access_key_id")}
	} else if id := pair.Get("previous_access_key_id"); id != nil {
		t.Errorf("the state has a previous key: %v", id)
	}
	var there []string
	for _, key := range h.Keys() {
		there = append(there, key.AccessKeyID)
		if key.ExpirationDate == nil {
			t.Errorf("key %s never expires", key.AccessKeyID)
		}
	}
	if !slices.Equal(there, want) {
		t.Errorf("keys at the API %v, in the state %v", there, want)
	}
	if secret, ok := pair.Get("secret_key").(string); ok {
		if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != h.Key(want[len(want)-1]).SecretSHA256 {
			t.Error("the secret in the state is not the current key's")
		}
	}
}

// expectEnd checks at the API how far from now the youngest key expires. It is a minute or less too early: the expiry was
// counted from a moment before.
func expectEnd(t *testing.T, h *acctest.Protocol, want time.Duration) {
	t.Helper()
	keys := h.Keys()
	if got := keys[len(keys)-1].ExpirationDate.Sub(h.Simulator.Now()); got > want || got < want-time.Minute {
		t.Errorf("the key ends in %v, want %v", got, want)
	}
}

// TestRotatingKey_lifecycle: a pair is created, unchanged before its window, and rotated in it. The old key is valid until it
// expires, and is then removed. This happens twice. Each change is in place.
func TestRotatingKey_lifecycle(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	config := monthly(acctest.Args{"user_id": h.CreateUser("alice").ID, "tag": "ci"})
	pair := h.Resource(rotatingKey, config)
	expectPair(t, h, pair, false)
	expectEnd(t, h, 30*day)
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey")
	pair.Expect(acctest.Args{
		"secret_key": acctest.Matches(`^[A-Z0-9]{40}$`), "lifetime": "30d", "state": "ACTIVE", "ready_to_rotate": false,
		"previous_access_key_id": nil, "previous_expiration_date": nil, "tag": "ci",
	})
	if got := h.SensitiveAttributes(rotatingKey); !slices.Contains(got, "secret_key") {
		t.Errorf("sensitive: %v", got)
	}
	pair.ExpectImport(pair.String("id"), "secret_key", "lifetime", "rotate_before", "rotates_after")

	h.Advance(22 * day)
	pair.ExpectEmptyPlan(config)
	h.Advance(2 * day)
	h.ResetCalls()
	pair.Plan(config).Expect(acctest.Update, rotation)
	pair.Update(config)
	expectPair(t, h, pair, true)
	expectEnd(t, h, 30*day)
	h.ExpectWrites("CreateAccessKey", "UpdateAccessKey")

	h.Advance(5 * day) // both are valid
	pair.ExpectEmptyPlan(config)
	h.Advance(2 * day)
	h.ResetCalls()
	pair.Plan(config).Expect(acctest.Update, acctest.Args{"access_key_id": pair.Get("access_key_id"), "secret_key": pair.Get("secret_key")})
	pair.Update(config)
	expectPair(t, h, pair, false)
	h.ExpectWrites("UpdateAccessKey", "DeleteAccessKey")

	h.Advance(17 * day)
	pair.Plan(config).Expect(acctest.Update, rotation)
	pair.Update(config)
	expectPair(t, h, pair, true)
	pair.Destroy()
	if n := len(h.Keys()); n != 0 {
		t.Errorf("%d keys are left", n)
	}
}

// TestRotatingKey_destroy: a destroy revokes both keys, even if one is gone, expired or deactivated.
func TestRotatingKey_destroy(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(h *acctest.Protocol){
		"both live":                  func(*acctest.Protocol) {},
		"the current is gone":        func(h *acctest.Protocol) { h.DeleteKey(current(h)) },
		"the first has expired":      func(h *acctest.Protocol) { h.Advance(10 * day) },
		"both have expired":          func(h *acctest.Protocol) { h.Advance(90 * day) },
		"the current is deactivated": func(h *acctest.Protocol) { h.UpdateKey(current(h), deactivate) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			config := monthly(acctest.Args{"user_name": "alice"})
			pair := h.Resource(rotatingKey, config)
			h.Advance(24 * day)
			pair.Update(config)
			before(h)
			pair.Destroy()
			if n := len(h.Keys()); n != 0 {
				t.Errorf("%d keys are left", n)
			}
		})
	}
}

// TestRotatingKey_forcedReplacement creates another key and revokes both old ones.
func TestRotatingKey_forcedReplacement(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	pair := h.Resource(rotatingKey, monthly())
	h.Advance(24 * day)
	pair.Update(monthly())
	both := h.Keys()
	pair.ForceReplace = true
	pair.Plan(monthly()).Expect(acctest.Replace, nil).Apply().ExpectNoErrors()
	for _, old := range both {
		if h.OnlyKey().AccessKeyID == old.AccessKeyID {
			t.Error("an old key lives")
		}
	}
	expectPair(t, h, pair, false)
}

// TestRotatingKey_savedPlan: a plan that is applied a day later has no times that count from the plan.
func TestRotatingKey_savedPlan(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	pair := h.NewResource(rotatingKey)
	later := func(config acctest.Args, wait, want time.Duration) {
		t.Helper()
		plan := pair.Plan(config)
		h.Advance(wait)
		plan.Apply().ExpectNoErrors()
		expectEnd(t, h, want)
		pair.ExpectEmptyPlan(config)
	}
	later(monthly(), day, 30*day)
	h.Advance(23 * day)
	pair.SkipRefresh = true
	pair.ExpectEmptyPlan(monthly()) // what is not refreshed is not due
	pair.SkipRefresh = false
	later(monthly(), day, 30*day)
	short := acctest.Args{"lifetime": "14d", "rotate_before": "7d"}
	later(short, day, 14*day)
	h.Advance(5 * day) // the first has expired; the second is not in its window at plan, and is at apply
	plan := pair.Plan(short).Expect(acctest.Update, nil)
	h.Advance(2*day + time.Hour)
	plan.Apply().ExpectNoErrors()
	expectPair(t, h, pair, false)
	later(short, day, 14*day)
}

// TestRotatingKey_badDurations are refused at plan, and at apply where they are known only then: nothing is created.
func TestRotatingKey_badDurations(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, c := range []struct{ lifetime, before, want string }{
		{"30d", "30d", "rotate_before not shorter"}, {"30d", "720h", "rotate_before not shorter"}, {"30d", "P31D", "rotate_before not shorter"},
		{"30d", "0h", "Duration too short"}, {"30d", "-1h", "no sign"}, {"30d", "59s", "at least one minute"}, {"0d", "1h", "Duration too short"},
		{"1M", "1h", "minutes"}, {"P1M", "1h", "no fixed length"}, {"30d", "1M", "minutes"}, {"P1Y", "1h", "no fixed length"},
		{"101y", "1h", "no fixed length"}, {"36501d", "1h", "100 years"}, {"720", "1h", "without a unit"}, {"", "1h", "is empty"},
	} {
		config := acctest.Args{"lifetime": c.lifetime, "rotate_before": c.before}
		expectMentioned(t, h.NewResource(rotatingKey).Plan(config).Diagnostics, c.want)
		later := h.NewResource(rotatingKey).Plan(acctest.Args{"lifetime": acctest.Unknown, "rotate_before": acctest.Unknown}).Expect(acctest.Create, nil)
		expectMentioned(t, later.ApplyWith(config).Diagnostics, c.want)
	}
	h.ExpectWrites()
}

// expectMentioned fails the test unless there is an error whose summary or detail has the text.
func expectMentioned(t *testing.T, got acctest.Diagnostics, text string) {
	t.Helper()
	for _, one := range got.Errors() {
		if strings.Contains(one.Summary+"\n"+one.Detail, text) {
			return
		}
	}
	t.Errorf("no error has %q:\n%s", text, got)
}

// deactivate is a change of a key out of band.
func deactivate(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" }

// TestRotatingKey_ownerDoesNotExist: the error says how to name an owner that the same configuration creates.
func TestRotatingKey_ownerDoesNotExist(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.NewResource(rotatingKey).Apply(monthly(acctest.Args{"user_name": "nobody"})).
		ExpectError("Access key not created", "The account has no user named nobody.\n\nCreate the user first.", "`user_id = outscale_user.NAME.user_id`")
}
