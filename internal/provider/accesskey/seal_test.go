package accesskey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// sealedTo has the recipients of a secret.
func sealedTo(keys ...string) acctest.Args { return acctest.Args{"seal_to": keys} }

// expectOpens fails the test unless the ciphertext in the state opens to the secret of the one key at the API, and nothing
// else is there of it.
func expectOpens(t *testing.T, h *acctest.Protocol, key *acctest.Resource, with acctest.Pair, passphrase string) {
	t.Helper()
	key.Expect(acctest.Args{"secret_key": nil, "sealed_secret_key": acctest.NotNull, "sealed_to": acctest.NotNull})
	secret, err := seal.Open(key.String("sealed_secret_key"), with.Private, passphrase)
	h.NoError(err)
	if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != h.OnlyKey().SecretSHA256 {
		t.Error("what opens is not the secret of the key")
	}
}

// TestAccessKey_sealed walks the life of a sealed key: nothing in clear in any plan, state or log.
func TestAccessKey_sealed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine, yours, theirs := acctest.AgePair(t), acctest.SSHPair(t, ""), acctest.AgePair(t)
	key := h.NewResource(accessKey)
	key.Plan(sealedTo(mine.Public, yours.Public)).Expect(acctest.Create, acctest.Args{"secret_key": nil, "sealed_secret_key": acctest.Unknown})
	key.Update(sealedTo(mine.Public, yours.Public))
	expectOpens(t, h, key, mine, "")
	expectOpens(t, h, key, yours, "")

	h.ResetCalls() // another order and spelling of the recipients, and a tag
	sealed := key.Get("sealed_secret_key")
	key.Update(acctest.Args{"seal_to": []string{yours.Public + " a comment", strings.ToUpper(mine.Public)}, "tag": "changed"})
	key.Expect(acctest.Args{"sealed_secret_key": sealed})
	h.ExpectWrites("UpdateAccessKey")

	plan := key.PlanExpectReplace(acctest.Args{"seal_to": []string{theirs.Public}, "tag": "changed"}, "seal_to")
	plan.ExpectWarning("Access key replaced for its recipients", "added: "+theirs.Public, mine.Public)
	plan.Apply().ExpectNoErrors()
	key.ExpectEmptyPlan(acctest.Args{"seal_to": []string{theirs.Public}, "tag": "changed"})
	expectOpens(t, h, key, theirs, "")
	key.PlanExpectReplace(acctest.Args{}, "seal_to").ExpectWarning("Access key replaced for its recipients", "no longer has `seal_to`")
	key.Destroy()
	h.ExpectNoSecretPersisted(mine.Private, theirs.Private)
}

// TestAccessKey_kindsOfRecipient: a secret is sealed to each kind of recipient and opened with its private key.
func TestAccessKey_kindsOfRecipient(t *testing.T) {
	t.Parallel()
	for name, with := range map[string]acctest.Pair{
		"age post-quantum": acctest.PostQuantumPair(t), "ssh": acctest.SSHPair(t, "pass phrase"),
		"openpgp": acctest.OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "pass phrase"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			expectOpens(t, h, h.Resource(accessKey, sealedTo(with.Public)), with, "pass phrase")
			h.ExpectNoSecretPersisted(with.Private)
		})
	}
}

// TestAccessKey_sealedInPlace: the secret in the state is sealed without a call, and the clear one leaves the state. When a
// change of the key fails at the same time, the clear secret is kept: nothing is lost.
func TestAccessKey_sealedInPlace(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine := acctest.AgePair(t)
	key := h.Resource(accessKey, acctest.Args{})
	secret := key.Get("secret_key")

	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	key.Apply(acctest.Args{"seal_to": []string{mine.Public}, "tag": "changed"}).ExpectErrorAmong("Access key not updated")
	key.Expect(acctest.Args{"secret_key": secret})
	h.SetFaults()

	h.ResetCalls()
	sealed := key.Update(sealedTo(mine.Public))
	h.ExpectWrites()
	if len(sealed.Warnings()) != 1 || !strings.Contains(sealed.String(), "Older states hold the secret in clear") {
		t.Errorf("diagnostics: %s", sealed)
	}
	expectOpens(t, h, key, mine, "")
	key.ExpectEmptyPlan(sealedTo(mine.Public)).ExpectNone()
}

// TestAccessKey_importedHasNoSecretToSeal: an imported key has no secret to seal, and its plan is empty.
func TestAccessKey_importedHasNoSecretToSeal(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	key, _ := h.Import(accessKey, found(h, "").ID)
	h.ResetCalls()
	config := acctest.Args{"seal_to": []string{acctest.AgePair(t).Public}, "expiration_date": "2030-01-01", "tag": "found"}
	key.Update(config).ExpectWarning("No secret to seal")
	key.ExpectEmptyPlan(config).ExpectNone()
	key.Expect(acctest.Args{"sealed_secret_key": nil, "sealed_to": nil, "secret_key": nil})
	key.Update(acctest.Args{"expiration_date": "2030-01-01", "tag": "found"})
	h.ExpectWrites()
}

// TestAccessKey_expiredRecipient: it prevents a new sealing, but not the plan of a key that was sealed before.
func TestAccessKey_expiredRecipient(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	gpg := acctest.OpenPGPPair(t, h.Simulator.Now().Add(-time.Hour), 25*time.Hour, "")
	key := h.Resource(accessKey, sealedTo(gpg.Public))
	h.Advance(48 * time.Hour)
	key.ExpectEmptyPlan(sealedTo(gpg.Public))
	key.Update(acctest.Args{"seal_to": []string{gpg.Public}, "tag": "changed"})
	h.ResetCalls()
	h.NewResource(accessKey).Plan(sealedTo(gpg.Public)).ExpectError("Secret cannot be sealed to this key", "`seal_to[0]` is an OpenPGP key that expired on")
	h.ExpectWrites()

	// The same for a key that is gone: its plan and destruction go on, only creating it again is refused.
	h.DeleteKey(h.OnlyKey())
	key.Plan(sealedTo(gpg.Public)).Expect(acctest.Create, nil).Apply().ExpectError("Secret cannot be sealed to this key", "`seal_to[0]` is an OpenPGP key that expired on")
	key.Destroy()
	h.ExpectWrites()
}

// TestAccessKey_sealedThoughUnfinished: the secret of a key whose second call fails is sealed too, not lost and not in clear.
func TestAccessKey_sealedThoughUnfinished(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine := acctest.AgePair(t)
	config := acctest.Args{"seal_to": []string{mine.Public}, "state": "INACTIVE"}
	key := h.NewResource(accessKey)
	h.SetFaults(acctest.Refusal("UpdateAccessKey"))
	key.Apply(config).ExpectError("Access key not created")
	expectOpens(t, h, key, mine, "")
	h.SetFaults()
	key.Plan(config).Expect(acctest.Replace, nil).Apply().ExpectNoErrors()
	expectOpens(t, h, key, mine, "")
	h.ExpectNoSecretPersisted(mine.Private)
}

// TestAccessKey_recipientExpiresDuringCreation: the key is revoked, and the error says so. A key that cannot be revoked is
// in the state, so that the next apply replaces it; its secret is nowhere.
func TestAccessKey_recipientExpiresDuringCreation(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	expires := func() acctest.Args {
		h.OnCall(func(action string) {
			if action == "CreateAccessKey" {
				_ = h.Simulator.Advance(3 * time.Hour)
			}
		})
		return sealedTo(acctest.OpenPGPPair(t, h.Simulator.Now().Add(-time.Hour), 2*time.Hour, "").Public)
	}
	key := h.NewResource(accessKey)
	key.Apply(expires()).ExpectError("Secret not sealed", acctest.At("seal_to"), "expired", "The key was revoked")
	if key.Exists() || len(h.Keys()) != 0 || len(h.Issued()) != 1 {
		t.Errorf("in the state: %t; %d keys at the API; %d were created", key.Exists(), len(h.Keys()), len(h.Issued()))
	}

	h.SetFaults(acctest.Refusal("DeleteAccessKey"))
	failed := key.Apply(expires())
	left := h.OnlyKey()
	if n := len(failed.Errors()); n != 2 {
		t.Errorf("%d errors: %s", n, failed)
	}
	failed.ExpectErrorAmong("Secret not sealed", "If the state has the key, a later apply deletes it.")
	failed.ExpectErrorAmong("Access key not deleted", left.AccessKeyID)
	key.Expect(acctest.Args{"access_key_id": left.AccessKeyID, "secret_key": nil, "sealed_secret_key": nil})
	if !key.Tainted() {
		t.Error("the next plan does not replace the key")
	}
	h.SetFaults()
	h.ExpectNoSecretPersisted()
}

// TestAccessKey_recipientExpiresBeforeCreation: the encryption is tried before the key is created, even long after the plan.
func TestAccessKey_recipientExpiresBeforeCreation(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	config := sealedTo(acctest.OpenPGPPair(t, h.Simulator.Now().Add(-time.Hour), 2*time.Hour, "").Public)
	plan := h.NewResource(accessKey).Plan(config).Expect(acctest.Create, nil)
	h.Advance(3 * time.Hour)
	plan.Apply().ExpectError("Secret cannot be sealed to this key", "`seal_to[0]` is an OpenPGP key that expired on")
	h.ExpectWrites()
}

func weakRSA(t *testing.T) acctest.Pair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return acctest.SSHKey(t, &key.PublicKey, key, "")
}

func ecdsaPair(t *testing.T) acctest.Pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return acctest.SSHKey(t, &key.PublicKey, key, "")
}

// TestAccessKey_badRecipients: each is an error of the plan that names the argument and the remedy, repeats no private key,
// and makes no changing call. Known only at apply, it is an error before the key is created.
func TestAccessKey_badRecipients(t *testing.T) {
	t.Parallel()
	mine, locked := acctest.AgePair(t), acctest.SSHPair(t, "")
	bare := strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-")
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = fmt.Sprint("age1", i)
	}
	for name, c := range map[string]struct {
		keys    []string
		private string
		want    []any
	}{
		"no key":             {[]string{"not a key"}, "", []any{"`seal_to[0]` is not a public key", "Give an age recipient"}},
		"empty":              {[]string{}, "", []any{"`seal_to`: the list of public keys is empty", "remove the argument or set it to null"}},
		"an empty item":      {[]string{mine.Public, ""}, "", []any{"`seal_to[1]` is empty"}},
		"an age private key": {[]string{mine.Public, mine.Private}, mine.Private, []any{"`seal_to[1]` is an age private key", "Give the public half instead"}},
		"an SSH private key": {[]string{locked.Private}, strings.Split(locked.Private, "\n")[2], []any{"`seal_to[0]` is an SSH private key", "Give the public half instead"}},
		"a cut private key":  {[]string{bare}, bare, []any{"`seal_to[0]` is not a public key"}},
		"with a cut one":     {[]string{ecdsaPair(t).Public, bare}, bare, []any{"`seal_to[0]` is an SSH ECDSA key"}},
		"a PEM's body":       {[]string{"MIIEowIBAAKC\nAQEAsecret"}, "AQEAsecret", []any{"`seal_to[0]` has more than one line"}},
		"a hundred":          {hundred, "", []any{"`seal_to`: the list has 100 public keys", "the maximum is 20"}},
		"twice":              {[]string{mine.Public, strings.ToUpper(mine.Public)}, "", []any{"`seal_to[1]` is the same key as public key [0]", "Give each key once"}},
		"weak RSA":           {[]string{weakRSA(t).Public}, "", []any{"`seal_to[0]` is an RSA key of 1024 bits", "ssh-keygen -t ed25519"}},
		"ECDSA":              {[]string{ecdsaPair(t).Public}, "", []any{"`seal_to[0]` is an SSH ECDSA key"}},
		"mixed strength":     {[]string{mine.Public, acctest.PostQuantumPair(t).Public}, "", []any{"`seal_to[1]` is a post-quantum key"}},
		"an expired OpenPGP": {[]string{acctest.OpenPGPPair(t, time.Now().Add(-48*time.Hour), time.Hour, "").Public}, "", []any{"`seal_to[0]` is an OpenPGP key that expired on", "renew it"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			plan := h.NewResource(accessKey).Plan(sealedTo(c.keys...))
			plan.ExpectErrorAmong("Secret cannot be sealed to this key", c.want...)
			later := h.NewResource(accessKey).Plan(acctest.Args{"seal_to": acctest.Unknown}).Expect(acctest.Create, nil).ApplyWith(sealedTo(c.keys...))
			later.ExpectErrorAmong("Secret cannot be sealed to this key", c.want[0])
			h.ExpectWrites()
			if c.private != "" {
				h.NoError(acctest.Absent("the errors", []byte(plan.String()+later.String()), c.private))
			}
		})
	}
}

// TestAccessKey_unknownRecipients: a new key is planned without them, and the known ones are checked. An existing key is
// replaced if the recipients may have changed.
func TestAccessKey_unknownRecipients(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine, yours := acctest.AgePair(t), acctest.AgePair(t)
	partly := acctest.Args{"seal_to": []any{acctest.Unknown, yours.Public}}
	h.NewResource(accessKey).Plan(acctest.Args{"seal_to": []any{acctest.Unknown, yours.Private}}).
		ExpectErrorAmong("Secret cannot be sealed to this key", "`seal_to[1]` is an age private key")
	key := h.NewResource(accessKey)
	key.Plan(partly).Expect(acctest.Create, nil).ApplyWith(sealedTo(mine.Public, yours.Public)).ExpectNoErrors()
	expectOpens(t, h, key, mine, "")
	expectOpens(t, h, key, yours, "")
	key.ExpectEmptyPlan(sealedTo(mine.Public, yours.Public))
	key.PlanExpectReplace(partly, "seal_to").ExpectWarning("Access key replaced for its recipients", "are known only after apply, and may be other ones")
	h.ExpectNoSecretPersisted(mine.Private, yours.Private)
}

// TestAccessKey_unknownSealTo: it is known only at apply whether the argument is set.
func TestAccessKey_unknownSealTo(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine := acctest.AgePair(t)
	unknown := acctest.Args{"seal_to": acctest.Unknown}
	key := h.NewResource(accessKey)
	key.Plan(unknown).Expect(acctest.Create, nil).ApplyWith(acctest.Args{}).ExpectNoErrors()
	key.Expect(acctest.Args{"secret_key": h.Issued()[0], "sealed_secret_key": nil})

	h.ResetCalls()
	key.Plan(unknown).Expect(acctest.Update, nil).ApplyWith(sealedTo(mine.Public)).ExpectNoErrors()
	h.ExpectWrites()
	expectOpens(t, h, key, mine, "")
	key.ExpectEmptyPlan(sealedTo(mine.Public))
}
