package acceptance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// shownKey is what `show -json` says of the one key, in a state or in the state that a plan starts from.
type shownKey struct {
	Root struct {
		Resources []struct {
			Address   string
			Values    map[string]any
			Sensitive map[string]any `json:"sensitive_values"`
		}
	} `json:"root_module"`
}

// keptSensitive fails the test unless the clear secret is where the take-over found it, and marked.
func (k shownKey) keptSensitive(t *testing.T, where, secret string) {
	t.Helper()
	if len(k.Root.Resources) != 1 || k.Root.Resources[0].Address != address {
		t.Fatalf("%s: not the one key", where)
	}
	key := k.Root.Resources[0]
	if key.Values["secret_key"] != secret {
		t.Errorf("%s: the clear secret is not there any more", where)
	}
	if key.Sensitive["secret_key"] != true {
		t.Errorf("%s: secret_key is not marked Sensitive", where)
	}
}

// TestAStateTakenOverKeepsItsSecretSensitive: the clear secret of the official provider is kept as it is, and marked in
// the state that the first plan starts from and in the one that the first apply writes.
func TestAStateTakenOverKeepsItsSecretSensitive(t *testing.T) {
	t.Parallel()
	w := New(t)
	s, key := takenOver(w, Key("this"))
	const saved = "saved.plan"
	if r := s.Run("plan", "-detailed-exitcode", "-out="+saved, "-input=false", "-no-color"); r.Code != 0 {
		t.Fatalf("the take-over plans a change (exit code %d):\n%s", r.Code, r.Output)
	}
	var plan struct {
		Prior struct{ Values shownKey } `json:"prior_state"`
	}
	w.Must(json.Unmarshal([]byte(s.Must("show", "-json", saved).Output), &plan))
	plan.Prior.Values.keptSensitive(t, "the plan", key.SecretKey)
	s.Apply().Contains(t, "0 added, 0 changed, 0 destroyed")
	var state struct{ Values shownKey }
	w.Must(json.Unmarshal([]byte(s.Must("show", "-json").Output), &state))
	state.Values.keptSensitive(t, "the state", key.SecretKey)
}

// takenOver is a workspace with the state that the official provider left of a new key.
func takenOver(w *World, config string) (*Workspace, api.AccessKey) {
	key, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{})
	w.Must(err)
	s := traced(w, config)
	s.File("terraform.tfstate", strings.ReplaceAll(official(key, nil, nil), "PROVIDER", s.ProviderAddress()))
	return s, key
}

// TestAStateTakenOverIsSealedByThreeCommands: `terraform plan`, `terraform apply` and `rm -f terraform.tfstate.backup`.
// After them the clear secret is nowhere.
func TestAStateTakenOverIsSealedByThreeCommands(t *testing.T) {
	t.Parallel()
	w := New(t)
	s, key := takenOver(w, Key("this"))
	s.EmptyPlan()
	mine := AgePair(t)
	mark := w.Mark()
	s.Write(Key("this", sealTo(mine.Public)))
	r := s.Plan()
	if r.Code != 2 {
		t.Errorf("the plan that seals ended with %d", r.Code)
	}
	r.Contains(t, "Older states hold the secret in clear", "0 to add, 1 to change, 0 to destroy")
	s.Apply().Contains(t, "0 added, 1 changed, 0 destroyed")
	if writes := mark.Writes(); len(writes) != 0 {
		t.Errorf("sealing called the API: %v", writes)
	}
	backup := filepath.Join(s.Dir, "terraform.tfstate.backup")
	before, err := os.ReadFile(backup)
	w.Must(err)
	if !bytes.Contains(before, []byte(key.SecretKey)) {
		t.Error("the backup does not hold the clear secret: the third command is for nothing")
	}
	w.Must(os.Remove(backup))

	opens(t, w, s, mine, "")
	ciphertext, _ := s.Attributes("outscale_access_key")["sealed_secret_key"].(string)
	if secret, err := seal.Open(ciphertext, mine.Private, ""); err != nil || secret != key.SecretKey {
		t.Errorf("what was sealed is not the secret of the state taken over (%v)", err)
	}
	s.EmptyPlan()
	s.NoSecretRests(w.RootSecretKey, mine.Private)
}
