package accesskey_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// withSecret returns the configuration of the key of found, with a secret.
func withSecret(secret any, version any, more acctest.Args) acctest.Args {
	config := acctest.Args{"expiration_date": "2030-01-01", "tag": "found", "secret_key_wo": secret, "secret_key_wo_version": version}
	for name, value := range more {
		config[name] = value
	}
	return config
}

// TestAccessKey_secretGiven: an imported key gets the secret that a person still has, after one call that is signed with it.
// Without a version it is taken once, because the state has it then.
func TestAccessKey_secretGiven(t *testing.T) {
	t.Parallel()
	for _, owner := range []string{"", "alice"} {
		h := acctest.NewProtocol(t)
		h.CreateUser("alice")
		made := found(h, owner)
		key, _ := h.Import(accessKey, made.ID)
		var user any
		if owner != "" {
			user = owner
		}
		config := withSecret(made.SecretKey, nil, acctest.Args{"user_name": user})
		h.ResetCalls()
		key.Plan(config).Expect(acctest.Update, acctest.Args{"secret_key": acctest.Unknown, "secret_key_wo": nil, "last_modification_date": key.Get("last_modification_date")})
		key.Update(config)
		key.Expect(acctest.Args{"secret_key": made.SecretKey, "secret_key_wo": nil, "sealed_secret_key": nil, "tag": "found"})
		h.ExpectWrites()
		signed := 0
		for _, call := range h.Requests() {
			if call.AccessKey == made.ID {
				signed++
			}
		}
		if signed != 1 {
			t.Errorf("%d calls were signed with the given secret", signed)
		}
		key.ExpectEmptyPlan(withSecret(nil, nil, acctest.Args{"user_name": user})).ExpectNone()
	}
}

// TestAccessKey_secretGivenAndSealed: with seal_to the given secret is in no plan, state or log in clear. Given again with
// another version, it is sealed to other recipients in place.
func TestAccessKey_secretGivenAndSealed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine, yours := acctest.AgePair(t), acctest.AgePair(t)
	made := found(h, "")
	key, _ := h.Import(accessKey, made.ID)
	h.ResetCalls()
	config := withSecret(made.SecretKey, 1, sealedTo(mine.Public))
	key.Plan(config).Expect(acctest.Update, acctest.Args{"secret_key": nil, "sealed_secret_key": acctest.Unknown, "secret_key_wo": nil}).ExpectNone()
	key.Update(config).ExpectNone()
	expectOpens(t, h, key, mine, "")
	key.ExpectEmptyPlan(withSecret(nil, 1, sealedTo(mine.Public))).ExpectNone()

	key.PlanExpectReplace(withSecret(made.SecretKey, 1, sealedTo(yours.Public)), "seal_to")
	key.Update(withSecret(made.SecretKey, 2, sealedTo(yours.Public)))
	expectOpens(t, h, key, yours, "")
	h.ExpectWrites()
	h.ExpectNoSecretPersisted(mine.Private, yours.Private)
}

// TestAccessKey_wrongSecretGiven is an error that does not repeat it, and nothing changes. Wrong secrets of several keys in a
// row do not lock the account out.
func TestAccessKey_wrongSecretGiven(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	for _, last := range []string{"A", "B", "C", "D", "E"} {
		made := found(h, "")
		key, _ := h.Import(accessKey, made.ID)
		wrong := strings.Repeat("X", 39) + last
		h.ResetCalls()
		config := withSecret(wrong, 1, acctest.Args{"tag": "changed"})
		applied := key.Apply(config)
		applied.ExpectError("Secret not taken", "it is not the secret of this key", "Nothing was changed", "`secret_key_wo`")
		if strings.Contains(applied.String(), wrong) {
			t.Error("the error repeats the value")
		}
		h.ExpectWrites()
		key.Expect(acctest.Args{"secret_key": nil, "tag": "found", "secret_key_wo_version": nil})
		key.Plan(config).Expect(acctest.Update, nil)
	}
	h.ResetCalls()
	if _, imported := h.Import(accessKey, h.Keys()[0].AccessKeyID); imported.HasError() {
		t.Errorf("the account is locked: %s", imported)
	}
}

// TestAccessKey_secretThatCannotBeChecked is refused at plan: nothing can be signed with an INACTIVE key. A value that is no
// secret is refused in the validation, without repeating it.
func TestAccessKey_secretThatCannotBeChecked(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made := found(h, "")
	key, _ := h.Import(accessKey, made.ID)
	h.UpdateKey(h.OnlyKey(), func(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" })
	h.ResetCalls()
	key.Plan(withSecret(made.SecretKey, 1, nil)).ExpectError("Secret not taken", "INACTIVE or has expired", "activate the key")
	plan := h.NewResource(accessKey).Plan(withSecret(made.SecretKey+"\n", 1, nil))
	plan.ExpectErrorAmong("Secret not taken", "ends with a line break")
	if strings.Contains(plan.String(), made.SecretKey) {
		t.Error("the error repeats the value")
	}
	h.NewResource(accessKey).Plan(withSecret("abc", 1, nil)).ExpectErrorAmong("Secret not taken", "has fewer than 20 characters")
	h.ExpectWrites()
}

// TestAccessKey_secretGivenForNewKey: a given secret is not used for a new key, which has another one. This is a warning,
// and so is a version without a secret.
func TestAccessKey_secretGivenForNewKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	secret := strings.Repeat("X", 40)
	key := h.NewResource(accessKey)
	plan := key.Plan(withSecret(secret, 1, nil)).Expect(acctest.Create, nil)
	plan.ExpectWarning("Given secret not used: new key of the caller", "The apply creates a key")
	plan.Apply().ExpectNoErrors()
	key.ExpectEmptyPlan(withSecret(secret, 1, nil)).ExpectNone()
	if key.String("secret_key") == secret {
		t.Error("the given secret is in the state")
	}
	before := key.Get("secret_key")
	key.Update(withSecret("", 2, nil)).ExpectWarning("No secret given", "`secret_key_wo` is empty")
	key.Expect(acctest.Args{"secret_key": before, "secret_key_wo_version": 2})
}

// TestAccessKey_secretVersionAnyNumber: the version can be a fraction, or a number beyond 64 bits, such as parseint returns
// for a hash. The secret is not taken again while the version stays.
func TestAccessKey_secretVersionAnyNumber(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made := found(h, "")
	key, _ := h.Import(accessKey, made.ID)
	for _, version := range []float64{0.5, 1.5, 1e22} {
		config := withSecret(made.SecretKey, version, nil)
		key.Update(config).ExpectNone()
		key.Expect(acctest.Args{"secret_key": made.SecretKey, "secret_key_wo_version": version})
		key.ExpectEmptyPlan(config).ExpectNone()
	}
	h.ExpectWrites()
}

// TestAccessKey_secretGivenAndIgnored: with ignore_changes neither the plan nor the apply uses the secret.
func TestAccessKey_secretGivenAndIgnored(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made := found(h, "")
	key, _ := h.Import(accessKey, made.ID)
	key.IgnoreChanges = []string{"secret_key_wo"}
	key.Apply(withSecret(made.SecretKey, nil, acctest.Args{"tag": "changed"})).ExpectNoErrors()
	key.Expect(acctest.Args{"secret_key": nil, "tag": "changed"})
}
