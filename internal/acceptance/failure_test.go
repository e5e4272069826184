package acceptance_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// TestTheSecretIsSavedWhenTheSecondCallFails: the key exists, so that its id and its secret are in the state, whatever
// becomes of the rest; the next apply replaces it, and nothing is left behind.
func TestTheSecretIsSavedWhenTheSecondCallFails(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this", `state = "INACTIVE"`, `tag = "mine"`))
	w.Fault(simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"})()
	r := s.Run("apply", "-auto-approve", "-input=false", "-no-color")
	key := w.OnlyKey()
	if r.Code == 0 {
		t.Fatalf("a key that is not INACTIVE as asked must fail the apply:\n%s", r.Output)
	}
	r.Contains(t, "Access key not created", key.AccessKeyID, "Request id:")
	got := s.Attributes("outscale_access_key")
	secrets := w.Secrets(s.State())
	if got["access_key_id"] != key.AccessKeyID || len(secrets) != 1 {
		t.Errorf("access_key_id %v, want %s; %d secrets in the state, want 1", got["access_key_id"], key.AccessKeyID, len(secrets))
	}
	w.Must(Absent("the output", []byte(r.Output), secrets...))

	w.Fault()()
	s.Apply().Contains(t, "1 added, 0 changed, 1 destroyed")
	if now := w.OnlyKey(); now.AccessKeyID == key.AccessKeyID || now.State != "INACTIVE" {
		t.Errorf("not replaced as asked: %+v", now)
	}
	s.EmptyPlan()
}

// TestALostAnswerLeavesNoKeyBehind.
func TestALostAnswerLeavesNoKeyBehind(t *testing.T) {
	w := New(t)
	w.Fault(simulator.Fault{Action: "CreateAccessKey", Kind: "drop_after", Times: 1})()
	config := owner("alice") + Key("this", byName, date("2030-01-01"))
	w.Test(
		resource.TestStep{Config: config, Check: expires(w, "2030-01-01T00:00:00Z")},
		resource.TestStep{Config: config, ConfigPlanChecks: noChange},
	)
}

// TestAMarkerLeftBehindIsClearedByTheNextApply.
func TestAMarkerLeftBehindIsClearedByTheNextApply(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this"))
	w.Fault(simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"})()
	s.Apply().Contains(t, "Warning:", "1 added")
	if Tag(w.OnlyKey()) == "" {
		t.Fatal("the fault did not strike: there is no marker")
	}
	w.Fault()()
	s.Apply().Contains(t, "1 changed")
	if tag := Tag(w.OnlyKey()); tag != "" {
		t.Errorf("the tag is still %q", tag)
	}
	s.EmptyPlan()
}

// TestAFullQuotaListsTheKeys.
func TestAFullQuotaListsTheKeys(t *testing.T) {
	w := New(t, func(o *simulator.Options) { o.Assumptions.KeyLimit = 2 })
	w.Test(
		resource.TestStep{Config: owner("alice") + Block("outscale_access_key", "that", "count = 2", byName)},
		resource.TestStep{
			Config:      owner("alice") + Block("outscale_access_key", "that", "count = 2", byName) + Key("this", byName),
			ExpectError: regexp.MustCompile(`(?s)Access key not created.*These\s+keys\s+fill\s+it:\s+[A-Z0-9]{20},\s+[A-Z0-9]{20}\..*code\s+10005`),
		},
	)
}

// TestAMissingRightNamesTheAction: the caller is a user who may do everything but create.
func TestAMissingRightNamesTheAction(t *testing.T) {
	t.Parallel()
	w := New(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "clerk", Actions: []string{"api:Read*"}}}
	})
	ctx := context.Background()
	_, err := w.API().CreateUser(ctx, api.CreateUserInput{UserName: "clerk", Path: "/"})
	w.Must(err)
	key, err := w.API().CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "clerk"})
	w.Must(err)
	w.Env("OSC_ACCESS_KEY", key.ID)
	w.Env("OSC_SECRET_KEY", key.SecretKey)
	s := w.Workspace(Key("this"))
	r := s.Run("apply", "-auto-approve", "-input=false", "-no-color")
	r.Contains(t, "Access key not created", "HTTP status 403", "code 4", "Request id: ", "Grant it the action `api:CreateAccessKey`")
	w.Must(Absent("the output", []byte(r.Output), key.SecretKey))
}

// TestTheKeyThatSignsIsNeverDestroyed.
func TestTheKeyThatSignsIsNeverDestroyed(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this"))
	s.Must("import", "-input=false", "-no-color", address, w.RootAccessKey)
	s.EmptyPlan()
	r := s.Run("destroy", "-auto-approve", "-input=false", "-no-color")
	if r.Code == 0 {
		t.Error("the destroy went through")
	}
	r.Contains(t, "Access key not deleted", "the one this provider signs its own calls with")
	s.Write(Key("this", `state = "INACTIVE"`))
	if r := s.Run("apply", "-auto-approve", "-input=false", "-no-color"); r.Code == 0 || !strings.Contains(r.Output, "Access key not updated") {
		t.Errorf("to switch the own key off ended with %d:\n%s", r.Code, r.Output)
	}
}

// TestAnOlderAPI: before 1.40.1 there is no tag to change and no date to clear by a member of its own.
func TestAnOlderAPI(t *testing.T) {
	w := New(t, func(o *simulator.Options) { o.APIVersion = "1.39" })
	w.Test(
		resource.TestStep{Config: owner("alice") + Key("this", byName, date("2030-01-01"), `tag = "x"`), Check: expires(w, "2030-01-01T00:00:00Z")},
		resource.TestStep{
			Config: owner("alice") + Key("this", byName, date("2030-01-01"), `tag = "x"`, `state = "INACTIVE"`), Check: expires(w, "2030-01-01T00:00:00Z"),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
		},
		resource.TestStep{Config: owner("alice") + Key("this", byName, `tag = "x"`), Check: expires(w, "")},
		resource.TestStep{
			Config:      owner("alice") + Key("this", byName, `tag = "y"`),
			ExpectError: regexp.MustCompile(`(?s)Access key not updated.*older\s+than\s+version\s+1\.40\.1`),
		},
	)
}

// TestTheTimeoutsBlockIsKept: it bounds each verb, and a change of it is no matter of the API.
func TestTheTimeoutsBlockIsKept(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	with := func(create string) string {
		return Key("this", "timeouts {", fmt.Sprintf("  create = %q", create), `  read = "1m"`, `  update = "1m"`, `  delete = "1m"`, "}")
	}
	w.Test(
		resource.TestStep{Config: with("1m")},
		resource.TestStep{PreConfig: mark.Move, Config: with("2m"), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: mark.CheckWrites()},
		resource.TestStep{Config: with("2m"), ConfigPlanChecks: noChange},
	)
}

// TestTimeoutsCutASlowAPI: a short timeout ends each verb, and the message says what to do.
func TestTimeoutsCutASlowAPI(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this", `tag = "x"`, "timeouts {", `  update = "300ms"`, `  delete = "300ms"`, "}"))
	s.Apply()
	w.Fault(
		simulator.Fault{Action: "UpdateAccessKey", Kind: "latency", Latency: faults.Duration(3 * time.Second)},
		simulator.Fault{Action: "DeleteAccessKey", Kind: "latency", Latency: faults.Duration(3 * time.Second)},
	)()
	s.Write(Key("this", `tag = "y"`, "timeouts {", `  update = "300ms"`, `  delete = "300ms"`, "}"))
	for verb, arguments := range map[string][]string{
		"Access key not updated": {"apply", "-auto-approve", "-input=false", "-no-color"},
		"Access key not deleted": {"destroy", "-auto-approve", "-input=false", "-no-color"},
	} {
		r := s.Run(arguments...)
		if r.Code == 0 {
			t.Errorf("%s: the timeout did not strike", verb)
		}
		r.Contains(t, verb)
	}
}
