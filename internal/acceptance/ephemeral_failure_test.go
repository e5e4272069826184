package acceptance_test

import (
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// traced is a workspace in which everything is logged that can be.
func traced(w *World, config string) *Workspace {
	s := w.Workspace(config)
	return s
}

// nothingLeft waits until every key that was made is gone, and looks for its secret wherever the run could have left it.
// The provider does its last work while the CLI ends, and after it when the CLI was killed.
func nothingLeft(t *testing.T, w *World, gate *Gate, s *Workspace) {
	t.Helper()
	if len(gate.Keys()) == 0 {
		t.Error("no key was made: nothing is proved")
	}
	w.Await("no access key is left", func() bool { return len(w.Keys()) == 0 })
	s.NoSecretRests(w.RootSecretKey)
}

// TestNoKeyIsLeftWhenAConsumerFails: the CLIs do not close the key in any of these cases.
func TestNoKeyIsLeftWhenAConsumerFails(t *testing.T) {
	t.Parallel()
	forbidden := simulator.Fault{Action: "CreateUser", Kind: "status", Status: 403, Code: "4"}
	for name, test := range map[string]struct {
		config string
		faults []simulator.Fault
		said   string
	}{
		"a resource":   {runKey() + consumer, []simulator.Fault{forbidden}, "User not created"},
		"a user's key": {runKey(`user_name = "alice"`) + consumer, []simulator.Fault{forbidden}, "User not created"},
		"a data source": {runKey() + `
data "outscale_user" "none" {
  provider  = outscale.run
  user_name = "nobody"
}
`, nil, "User not read"},
		"a precondition": {runKey() + `
resource "outscale_user" "made" {
  provider  = outscale.run
  user_name = "made"
  lifecycle {
    precondition {
      condition     = ephemeral.outscale_access_key.run.secret_key == "another"
      error_message = "not as it should be"
    }
  }
}
`, nil, "not as it should be"},
		"another ephemeral": {ephemeralKey() + `
ephemeral "outscale_access_key" "second" {
  tag       = ephemeral.outscale_access_key.run.access_key_id
  user_name = "nobody"
}
`, nil, "Access key not opened"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t, func(o *simulator.Options) {
				o.Grants = []simulator.Grant{{User: "alice", Actions: []string{"api:*"}}}
			})
			w.Workspace(User("alice", `user_name = "alice"`)).Apply()
			w.Must(w.Simulator.SetFaults(test.faults))
			gate := w.Gate()
			s := traced(w, test.config)
			r := s.Run(apply...)
			if r.Code != 1 {
				t.Errorf("apply ended with %d", r.Code)
			}
			r.Contains(t, test.said)
			nothingLeft(t, w, gate, s)
		})
	}
}

// TestAHalfMadeRunScopedKeyIsUndone: the key exists, its expiry is another by then, and the call that would repair it
// fails.
func TestAHalfMadeRunScopedKeyIsUndone(t *testing.T) {
	t.Parallel()
	w := New(t)
	gate := w.Gate()
	held := gate.HoldAnswer("CreateAccessKey")
	s := traced(w, ephemeralKey())
	r := s.Start("plan", "-input=false", "-no-color")
	w.AwaitHeld(held)
	later := w.Simulator.Now().Add(48 * time.Hour)
	_, err := w.API().UpdateAccessKey(t.Context(), api.UpdateAccessKeyInput{ID: w.OnlyKey().AccessKeyID, State: "ACTIVE", ExpirationDate: &later})
	w.Must(err)
	w.Must(w.Simulator.SetFaults([]simulator.Fault{{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"}}))
	held.Release()
	done := r.Wait()
	if done.Code != 1 {
		t.Errorf("plan ended with %d", done.Code)
	}
	done.Contains(t, "Access key not opened", "was begun, and finishing it failed.", "`api:UpdateAccessKey`", "had been made already. It is deleted")
	done.Lacks(t, "in the state")
	nothingLeft(t, w, gate, s)
}

// TestARunScopedKeyWithoutItsTag is good enough for a run.
func TestARunScopedKeyWithoutItsTag(t *testing.T) {
	t.Parallel()
	w := New(t)
	gate := w.Gate()
	w.Must(w.Simulator.SetFaults([]simulator.Fault{{Action: "UpdateAccessKey", Kind: "status", Status: 403, Code: "4"}}))
	s := traced(w, ephemeralKey(`tag = "of the run"`))
	r := s.Must("plan", "-input=false", "-no-color")
	r.Contains(t, "Access key made, its tag not yet set", "works, but its tag is still", "The next renewal sets the tag.")
	nothingLeft(t, w, gate, s)
}

// TestAFullQuota names the keys that fill it, as the resource does.
func TestAFullQuota(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(User("alice", `user_name = "alice"`) + Key("all", `count = 10`, `user_name = outscale_user.alice.user_name`))
	s.Apply()
	run := traced(w, ephemeralKey(`user_name = "alice"`))
	r := run.Plan()
	if r.Code != 1 {
		t.Errorf("plan ended with %d", r.Code)
	}
	r.Contains(t, "Access key not opened", "The quota of access keys is full", w.Keys()[9].AccessKeyID)
	run.NoSecretRests(w.RootSecretKey)
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}

// TestAKeyThatIsNotClosedIsTriedAgain when the provider ends; the run says that it was not closed.
func TestAKeyThatIsNotClosedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := New(t)
	gate := w.Gate()
	w.Must(w.Simulator.SetFaults([]simulator.Fault{{Action: "DeleteAccessKey", Kind: "status", Status: 403, Code: "4", Times: 1}}))
	s := traced(w, ephemeralKey())
	r := s.Run("plan", "-input=false", "-no-color")
	if r.Code != 1 {
		t.Errorf("plan ended with %d", r.Code)
	}
	r.Contains(t, "Access key not closed", "It is tried once more when the provider ends. The key expires on", "`api:DeleteAccessKey`")
	nothingLeft(t, w, gate, s)
}
