package acceptance_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// sealTo writes the argument, in the forms that a configuration has for long texts.
func sealTo(keys ...string) string {
	items := make([]string, 0, len(keys))
	for _, key := range keys {
		items = append(items, fmt.Sprintf("%q", key))
	}
	return "seal_to = [" + strings.Join(items, ", ") + "]"
}

// opens fails the test unless the ciphertext in the state opens to the secret of the one key at the API.
func opens(t *testing.T, w *World, s *Workspace, with Pair, passphrase string) {
	t.Helper()
	got := s.Attributes("outscale_access_key")
	if got["secret_key"] != nil {
		t.Error("secret_key is not null")
	}
	ciphertext, _ := got["sealed_secret_key"].(string)
	secret, err := seal.Open(ciphertext, with.Private, passphrase)
	w.Must(err)
	if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != w.OnlyKey().SecretSHA256 {
		t.Error("what opens is not the secret of the key")
	}
}

// TestASealedKey walks the life of a sealed key: nothing in clear in any plan, state, log or output.
func TestASealedKey(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine, yours, theirs := AgePair(t), SSHPair(t, ""), AgePair(t)
	s := w.Workspace(Key("this", sealTo(mine.Public, yours.Public)))
	s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
	var plan struct {
		Changes []struct {
			Change struct {
				After   map[string]any
				Unknown map[string]any `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	w.Must(json.Unmarshal([]byte(s.Must("show", "-json", "saved.plan").Output), &plan))
	change := plan.Changes[0].Change
	if secret, told := change.After["secret_key"]; !told || secret != nil || change.Unknown["sealed_secret_key"] != true {
		t.Errorf("in the plan secret_key is told: %t, and null: %t; sealed_secret_key is unknown: %v", told, secret == nil, change.Unknown["sealed_secret_key"])
	}
	s.Must("apply", "-input=false", "-no-color", "saved.plan")
	opens(t, w, s, mine, "")
	opens(t, w, s, yours, "")
	first := s.Attributes("outscale_access_key")
	s.EmptyPlan()

	mark := w.Mark()
	s.Write(Key("this", sealTo(yours.Public+" a comment", strings.ToUpper(mine.Public)), `tag = "changed"`))
	s.Apply().Contains(t, "0 added, 1 changed, 0 destroyed")
	s.EmptyPlan()
	if got := s.Attributes("outscale_access_key"); got["sealed_secret_key"] != first["sealed_secret_key"] || len(mark.Writes()) != 1 {
		t.Errorf("another spelling of the recipients and a tag: calls %v", mark.Writes())
	}

	s.Write(Key("this", sealTo(theirs.Public), `tag = "changed"`))
	r := s.Plan()
	r.Contains(t, "Access key replaced for its recipients", "new: "+theirs.Public+"; gone: "+mine.Public, "forces replacement", "1 to add, 0 to change, 1 to destroy")
	s.Apply()
	opens(t, w, s, theirs, "")
	s.EmptyPlan()
	s.NoSecretRests(w.RootSecretKey, mine.Private, theirs.Private)

	s.Write(Key("this"))
	s.Plan().Contains(t, "no `seal_to` any more", "1 to add, 0 to change, 1 to destroy")
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	s.NoSecretRests(w.RootSecretKey)
}

// TestEveryKindOfRecipient: one key each, in one account.
func TestEveryKindOfRecipient(t *testing.T) {
	for name, with := range map[string]Pair{
		"age post-quantum": PostQuantumPair(t), "ssh": SSHPair(t, "pass phrase"), "openpgp": OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "pass phrase"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(Key("this", sealTo(with.Public)))
			s.Apply()
			opens(t, w, s, with, "pass phrase")
			s.EmptyPlan()
			s.NoSecretRests(with.Private)
		})
	}
}

// TestSealingInPlace: the secret that the state has is sealed without a call, and the clear one leaves the state.
func TestSealingInPlace(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	s := w.Workspace(Key("this"))
	s.Apply()
	id := w.OnlyKey().AccessKeyID
	mark := w.Mark()
	s.Write(Key("this", sealTo(mine.Public)))
	r := s.Apply()
	r.Contains(t, "Older states hold the secret in clear", "-replace=ADDRESS", "0 added, 1 changed, 0 destroyed")
	if len(mark.Writes()) != 0 || w.OnlyKey().AccessKeyID != id {
		t.Errorf("calls were made: %v", mark.Writes())
	}
	opens(t, w, s, mine, "")
	w.Must(Absent("the state", s.State(), w.Issued()...))
	s.EmptyPlan().Lacks(t, "Older states")
}

// TestSealingInPlaceTogetherWithAChange keeps the clear secret when the change fails: nothing is lost.
func TestSealingInPlaceTogetherWithAChange(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	s := w.Workspace(Key("this"))
	s.Apply()
	s.Write(Key("this", sealTo(mine.Public), `tag = "changed"`))
	w.Fault(refusal("UpdateAccessKey"))()
	if r := s.Run("apply", "-auto-approve", "-input=false", "-no-color"); r.Code == 0 || len(w.Secrets(s.State())) != 1 {
		t.Errorf("ended with %d; %d secrets in the state", r.Code, len(w.Secrets(s.State())))
	}
	w.Fault()()
	s.Apply()
	opens(t, w, s, mine, "")
	s.EmptyPlan()
}

// TestAnImportedKeyHasNoSecretToSeal, and is never a difference for that.
func TestAnImportedKeyHasNoSecretToSeal(t *testing.T) {
	t.Parallel()
	w := New(t)
	key, _ := foundKey(w, "")
	config := Key("this", sealTo(AgePair(t).Public), date("2030-01-01"), `tag = "found"`)
	s := w.Workspace(config)
	s.Must("import", "-input=false", "-no-color", address, key.ID)
	mark := w.Mark()
	s.Apply().Contains(t, "No secret to seal", "0 added, 1 changed, 0 destroyed")
	s.EmptyPlan().Lacks(t, "No secret to seal")
	if got := s.Attributes("outscale_access_key"); got["sealed_secret_key"] != nil || got["sealed_to"] != nil || got["secret_key"] != nil {
		t.Error("there is something in the place of a secret")
	}
	if len(mark.Writes()) != 0 {
		t.Errorf("calls were made: %v", mark.Writes())
	}
	s.Write(Key("this", date("2030-01-01"), `tag = "found"`))
	s.Apply().Contains(t, "0 added, 1 changed, 0 destroyed")
	s.EmptyPlan()
}

// TestAnExpiredRecipient stops a new sealing, and no plan of a key that was sealed before.
func TestAnExpiredRecipient(t *testing.T) {
	w := New(t)
	gpg := OpenPGPPair(t, w.Simulator.Now().Add(-time.Hour), 25*time.Hour, "")
	config := Key("this", sealTo(gpg.Public))
	mark := w.Mark()
	w.Test(
		resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{value("secret_key", knownvalue.Null()), value("sealed_secret_key", knownvalue.NotNull())}},
		resource.TestStep{PreConfig: w.Advance(48 * time.Hour), Config: config, ConfigPlanChecks: noChange},
		resource.TestStep{Config: Key("this", sealTo(gpg.Public), `tag = "changed"`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate)},
		resource.TestStep{PreConfig: mark.Move, Config: Key("this", sealTo(gpg.Public), `tag = "changed"`) + Key("new", sealTo(gpg.Public)), ExpectError: says("`seal_to[0]` is an OpenPGP key that expired on")},
		resource.TestStep{Config: Key("this", sealTo(gpg.Public), `tag = "changed"`), Check: mark.CheckWrites()},
	)
}

// TestAnExpiredRecipientOfAKeyThatIsGone: plan and destroy of the workspace go on; only making the key anew is refused.
func TestAnExpiredRecipientOfAKeyThatIsGone(t *testing.T) {
	w := New(t)
	gpg := OpenPGPPair(t, w.Simulator.Now().Add(-time.Hour), 25*time.Hour, "")
	config := User("other", `user_name = "other"`) + Key("this", sealTo(gpg.Public))
	mark := w.Mark()
	w.Test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: func() {
				w.ByHand(func(ctx context.Context, client *api.Client) error {
					return client.DeleteAccessKey(ctx, "", w.OnlyKey().AccessKeyID)
				})()
				w.Advance(48 * time.Hour)()
				mark.Move()
			},
			Config: config, PlanOnly: true, ExpectNonEmptyPlan: true,
		},
		resource.TestStep{Config: config, ExpectError: says("`seal_to[0]` is an OpenPGP key that expired on")},
	)
	if n := mark.Count("CreateAccessKey"); n != 0 {
		t.Errorf("%d keys were created", n)
	}
}
