package acceptance_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// opening opens the sealed secret of the key under test with private keys that are in no file.
const opening = `
variable "private_key" {
  type      = string
  ephemeral = true
}

variable "passphrase" {
  type      = string
  ephemeral = true
  default   = null
}

ephemeral "outscale_access_key_secret" "this" {
  sealed_secret_key = outscale_access_key.this.sealed_secret_key
  private_key       = var.private_key
  passphrase        = var.passphrase
}
`

// version changes with the key, so that a new secret is delivered and an old one is not delivered again.
const version = `value_wo_version = parseint(substr(sha256(outscale_access_key.this.access_key_id), 0, 8), 16)`

// TestHandOverToAWriteOnlyArgument: sealed key, ephemeral, sink. The secret arrives, again after a replacement, and is
// nowhere else.
func TestHandOverToAWriteOnlyArgument(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pair       Pair
		passphrase string
	}{
		"age":     {AgePair(t), ""},
		"ssh":     {SSHPair(t, "a pass phrase"), "a pass phrase"},
		"openpgp": {OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "a pass phrase"), "a pass phrase"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(opening + Key("this", sealTo(c.pair.Public)) + Block("sink_secret", "this", "value_wo = ephemeral.outscale_access_key_secret.this.secret_key", version))
			s.Setenv("TF_VAR_private_key", c.pair.Private)
			if c.passphrase != "" {
				s.Setenv("TF_VAR_passphrase", c.passphrase)
			}
			s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
			s.Must("apply", "-input=false", "-no-color", "saved.plan")
			arrived(t, w, s)
			s.EmptyPlan()
			s.Must("apply", "-replace="+address, "-auto-approve", "-input=false", "-no-color")
			arrived(t, w, s)
			s.EmptyPlan()
			s.NoSecretRests(w.RootSecretKey, c.pair.Private)
			s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
			s.NoSecretRests(w.RootSecretKey, c.pair.Private)
		})
	}
}

// arrived fails the test unless the sink was given the secret of the one key at the API.
func arrived(t *testing.T, w *World, s *Workspace) {
	t.Helper()
	if s.Attributes("sink_secret")["sha256"] != w.OnlyKey().SecretSHA256 {
		t.Error("what arrived is not the secret of the key")
	}
}

// TestHandOverToAProvider: sealed key, ephemeral, a second provider block that signs with the new key.
func TestHandOverToAProvider(t *testing.T) {
	t.Parallel()
	w := New(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "robot", Actions: []string{"api:ReadUsers", "api:*AccessKey*"}}}
	})
	mine := AgePair(t)
	s := w.Workspace(opening + owner("robot") + Key("this", byName, sealTo(mine.Public)) + `
provider "outscale" {}

provider "outscale" {
  alias         = "robot"
  access_key_id = outscale_access_key.this.access_key_id
  secret_key_id = ephemeral.outscale_access_key_secret.this.secret_key
}

resource "outscale_access_key" "by_robot" {
  provider = outscale.robot
  user_name = outscale_user.owner.user_name
  tag      = "made by robot"
  ` + sealTo(mine.Public) + `
}
`)
	s.Setenv("TF_VAR_private_key", mine.Private)
	s.Must("plan", "-out=saved.plan", "-input=false", "-no-color")
	s.Must("apply", "-input=false", "-no-color", "saved.plan")
	made := ""
	for _, call := range w.Simulator.Requests() {
		if call.Action == "CreateAccessKey" {
			made += call.Caller + " "
		}
	}
	if made != "root user:robot " {
		t.Errorf("keys were made by %s, want root and then user:robot", made)
	}
	s.EmptyPlan()
	s.NoSecretRests(w.RootSecretKey, mine.Private)
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if left := w.Keys(); len(left) != 0 {
		t.Errorf("%d keys are left", len(left))
	}
	s.NoSecretRests(w.RootSecretKey, mine.Private)
}

// TestOpeningNeedsNoAPI: nothing is fetched, so that a secret is opened while the API is down, and by who has no
// credential that the API knows.
func TestOpeningNeedsNoAPI(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine := AgePair(t)
	first := w.Workspace(Key("this", sealTo(mine.Public)))
	first.Apply()
	ciphertext, _ := first.Attributes("outscale_access_key")["sealed_secret_key"].(string)
	mark := w.Mark()
	w.Env("OSC_ENDPOINT_API", "http://127.0.0.1:1/api/v1")
	w.Env("OSC_ACCESS_KEY", "UNKNOWN0000000000000")
	w.Env("OSC_SECRET_KEY", strings.Repeat("0", 40))
	s := w.Workspace(secretOf(ciphertext, `var.private_key`) + Block("sink_secret", "this", "value_wo = ephemeral.outscale_access_key_secret.that.secret_key", "value_wo_version = 1"))
	s.Setenv("TF_VAR_private_key", mine.Private)
	s.Apply()
	arrived(t, w, s)
	s.EmptyPlan()
	s.NoSecretRests(mine.Private)
	if calls := mark.Calls(); len(calls) != 0 {
		t.Errorf("%d calls were made", len(calls))
	}
}

// secretOf opens this ciphertext.
func secretOf(ciphertext, privateKey string) string {
	return fmt.Sprintf(`
variable "private_key" {
  type      = string
  ephemeral = true
  default   = ""
}

ephemeral "outscale_access_key_secret" "that" {
  sealed_secret_key = %q
  private_key       = %s
}
`, ciphertext, privateKey)
}

// TestWhatDoesNotOpenSaysWhy: the argument is named, and nothing of a private key is repeated, not even as the line of
// the configuration that it stands in.
func TestWhatDoesNotOpenSaysWhy(t *testing.T) {
	t.Parallel()
	w := New(t)
	mine, other, locked := AgePair(t), AgePair(t), SSHPair(t, "a pass phrase")
	made := w.Workspace(Key("this", sealTo(mine.Public)))
	made.Apply()
	sealed, _ := made.Attributes("outscale_access_key")["sealed_secret_key"].(string)
	made.Write(Key("this", sealTo(locked.Public)))
	made.Apply()
	sealedToLocked, _ := made.Attributes("outscale_access_key")["sealed_secret_key"].(string)
	gpg := OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "")
	s := w.Workspace("")
	for name, c := range map[string]struct {
		sealed, private string
		want            []string
	}{
		"another key":        {sealed, other.Private, []string{"`private_key`: ", "Give the private key whose public half the secret was sealed to"}},
		"another format":     {sealed, gpg.Private, []string{"`private_key`: the ciphertext is an age file, and the private key is an OpenPGP key"}},
		"a public key":       {sealed, mine.Public, []string{"`private_key`: what was given as the private key is a public key"}},
		"no key":             {sealed, strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-"), []string{"`private_key`: what was given as the private key is no private key"}},
		"an empty key":       {sealed, "", []string{"`private_key`: the private key is empty"}},
		"cut":                {sealed[:len(sealed)/2], mine.Private, []string{"`sealed_secret_key`: the ciphertext is cut", "Give the whole armored text"}},
		"altered":            {alter(sealed), mine.Private, []string{"`sealed_secret_key`: the ciphertext is damaged"}},
		"no ciphertext":      {mine.Private, mine.Private, []string{"`sealed_secret_key`: the ciphertext is neither"}},
		"locked, no phrase":  {sealedToLocked, locked.Private, []string{"`passphrase`: the SSH private key is locked", "Give its passphrase"}},
		"an empty cipertext": {"", mine.Private, []string{"`sealed_secret_key`: the ciphertext is empty"}},
	} {
		s.Write(secretOf(c.sealed, fmt.Sprintf("%q", c.private)))
		r := s.Plan()
		if r.Code != 1 {
			t.Errorf("%s: the plan ended with %d", name, r.Code)
		}
		r.Contains(t, append(c.want, "Sealed secret not opened")...)
		for _, private := range []string{mine.Private, strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-"), other.Private, strings.Split(locked.Private, "\n")[2]} {
			w.Must(Absent(name+": the error", []byte(r.Output), private))
		}
	}
}

// alter changes one character in the middle of the body of an armored text.
func alter(armored string) string {
	text := []byte(armored)
	at := len(text) - 60
	if text[at] == 'A' {
		text[at] = 'B'
	} else {
		text[at] = 'A'
	}
	return string(text)
}
