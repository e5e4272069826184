package acctest

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// failures is a testing.TB for a test that must fail. It records the failures.
type failures struct {
	testing.TB
	messages []string
}

func (f *failures) Helper() {}

func (f *failures) Error(args ...any) { f.messages = append(f.messages, fmt.Sprint(args...)) }

func (f *failures) Errorf(format string, args ...any) {
	f.messages = append(f.messages, fmt.Sprintf(format, args...))
}

func (f *failures) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

func (f *failures) Fatal(args ...any) {
	f.Error(args...)
	runtime.Goexit()
}

// expectFailure fails the test unless run fails with each of these texts.
func expectFailure(t *testing.T, h *Protocol, what string, run func(), texts ...string) {
	t.Helper()
	f := &failures{TB: t}
	h.t = f
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	<-done
	h.t = t
	for _, text := range texts {
		if !strings.Contains(strings.Join(f.messages, "\n"), text) {
			t.Errorf("%s: failed with %q, want %q", what, f.messages, text)
		}
	}
}

// TestProtocol_fails: each expectation of the harness fails if it is not met.
func TestProtocol_fails(t *testing.T) {
	t.Parallel()
	h := NewProtocol(t)
	key := h.Resource("outscale_access_key", Args{"tag": "a"})
	for what, c := range map[string]struct {
		run  func()
		want string
	}{
		"a value that differs":      {func() { key.Expect(Args{"tag": "b"}) }, `tag: got "a", want "b"`},
		"a value that is null":      {func() { key.Expect(Args{"sealed_secret_key": NotNull}) }, "sealed_secret_key: got <nil>"},
		"a plan with changes":       {func() { key.ExpectEmptyPlan(Args{"tag": "b"}) }, "the plan is not empty: update"},
		"another action":            {func() { key.Plan(Args{"tag": "b"}).Expect(Replace, nil) }, "planned to update, want replace"},
		"no replacement":            {func() { key.PlanExpectReplace(Args{"tag": "b"}, "tag") }, "want a replacement because of [tag]"},
		"a refused configuration":   {func() { key.Update(Args{"state": "SLEEPING"}) }, "Invalid Attribute Value Match"},
		"an import that differs":    {func() { key.ExpectImport(key.String("id")) }, "secret_key: got <nil>, want \"(40 characters)\""},
		"an error that is not":      {func() { key.Plan(Args{}).ExpectError("Access key not planned") }, "want one error, got 0"},
		"an error elsewhere":        {func() { key.Plan(Args{"user_name": ""}).ExpectError("Invalid Attribute Value Match", At("tag")) }, "there is no ERROR"},
		"an error in other words":   {func() { key.Plan(Args{"user_name": ""}).ExpectError("Invalid Attribute Value Match", "tag") }, "there is no ERROR"},
		"calls":                     {func() { h.ExpectWrites("DeleteAccessKey") }, "changing calls: [CreateAccessKey UpdateAccessKey]"},
		"a secret in the state":     {func() { h.ExpectNoSecretPersisted() }, "a state has secret number 0"},
		"a configuration not known": {func() { key.Plan(Args{"tag": Unknown}).Apply() }, "use ApplyWith"},
	} {
		expectFailure(t, h, what, c.run, c.want)
	}
	h.DeleteKey(h.OnlyKey())
	expectFailure(t, h, "a key that is gone", func() { key.ExpectEmptyPlan(Args{"tag": "a"}) }, "the plan is not empty: create")
}

// TestProtocol_logsAreKept: the log in which the test searches for secrets has entries.
func TestProtocol_logsAreKept(t *testing.T) {
	t.Parallel()
	h := NewProtocol(t)
	h.Resource("outscale_access_key", Args{})
	for _, want := range []string{"CreateAccessKey", `"@level":"trace"`, "framework"} {
		if !strings.Contains(h.Log(), want) {
			t.Errorf("the log does not have %s", want)
		}
	}
}

// TestProtocol_outOfBand: calls of the test are not counted, and the next refresh reads their changes.
func TestProtocol_outOfBand(t *testing.T) {
	t.Parallel()
	h := NewProtocol(t)
	key := h.Resource("outscale_access_key", Args{"tag": "a"})
	h.ResetCalls()
	h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { other := "b"; in.Tag = &other })
	if n := len(h.Requests()); n != 0 {
		t.Errorf("%d calls are counted", n)
	}
	key.Plan(Args{"tag": "a"}).Expect(Update, Args{"tag": "a"})
	h.ExpectCalls(map[string]int{"ReadAccessKeys": 1})
	key.Update(Args{"tag": "a"})
	h.DeleteKey(admin.AccessKey{AccessKeyID: key.String("id"), State: "ACTIVE"})
	key.Plan(Args{"tag": "a"}).Expect(Create, nil)
	if key.Exists() {
		t.Error("the key is in the state")
	}
	key.Destroy()
}
