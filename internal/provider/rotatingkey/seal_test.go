package rotatingkey_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

func sealedMonthly(recipients ...string) acctest.Args {
	return monthly(acctest.Args{"seal_to": recipients})
}

// expectOpens fails the test unless the ciphertext in the state opens to the secret of the current key.
func expectOpens(t *testing.T, h *acctest.Protocol, pair *acctest.Resource, private string) {
	t.Helper()
	pair.Expect(acctest.Args{"secret_key": nil, "sealed_secret_key": acctest.NotNull})
	secret, err := seal.Open(pair.String("sealed_secret_key"), private, "")
	h.NoError(err)
	if sum := sha256.Sum256([]byte(secret)); hex.EncodeToString(sum[:]) != current(h).SecretSHA256 {
		t.Error("what opens is not the secret of the current key")
	}
}

// TestRotatingKey_sealed: the secret of no key of the pair is anywhere in clear; other recipients rotate.
func TestRotatingKey_sealed(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine, yours := acctest.AgePair(t), acctest.SSHPair(t, "")
	pair := h.Resource(rotatingKey, sealedMonthly(mine.Public))
	expectOpens(t, h, pair, mine.Private)
	h.Advance(24 * day)
	pair.Update(sealedMonthly(mine.Public))
	expectOpens(t, h, pair, mine.Private)
	h.Advance(7 * day)
	pair.Update(sealedMonthly(mine.Public))
	both := sealedMonthly(mine.Public, yours.Public)
	pair.Plan(both).Expect(acctest.Update, acctest.Args{"access_key_id": acctest.Unknown}).ExpectWarning("Access key rotated for its recipients")
	pair.Update(both)
	expectOpens(t, h, pair, yours.Private)
	expectPair(t, h, pair, true)
	pair.Destroy()
	h.ExpectNoSecretPersisted(mine.Private)
}

// TestRotatingKey_sealedLater: the secret in the state is sealed in place; an imported key, which has none, has one from its
// next rotation on.
func TestRotatingKey_sealedLater(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine := acctest.AgePair(t)
	pair := h.Resource(rotatingKey, monthly())
	h.ResetCalls()
	pair.Update(sealedMonthly(mine.Public))
	h.ExpectWrites()
	expectOpens(t, h, pair, mine.Private)

	id := h.OnlyKey().AccessKeyID
	imported, got := h.Import(rotatingKey, id)
	got.ExpectNoErrors()
	imported.Update(sealedMonthly(mine.Public)).ExpectWarning("No secret to seal yet")
	h.Advance(24 * day)
	imported.Update(sealedMonthly(mine.Public))
	expectOpens(t, h, imported, mine.Private)
	imported.Expect(acctest.Args{"previous_access_key_id": id})
}

// TestRotatingKey_recipientExpiresDuringRotation: the secret of the new key is lost, so the new key is revoked and the old one
// stays current. If the revocation fails, the state has the new key as the one to revoke next.
func TestRotatingKey_recipientExpiresDuringRotation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, stuck bool // no key before it; the new key cannot be revoked
		keys         int  // at the API afterwards
	}{
		"revoked": {false, false, 1}, "not revoked": {false, true, 2}, "the first": {true, false, 0}, "the first, not revoked": {true, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			pair := h.NewResource(rotatingKey)
			if !c.first {
				pair = h.Resource(rotatingKey, monthly())
				h.Advance(24 * day)
			}
			old := pair.State()
			gpg := acctest.OpenPGPPair(t, h.Simulator.Now().Add(-day), 2*day, "")
			h.OnCall(func(action string) {
				if action == "CreateAccessKey" {
					_ = h.Simulator.Advance(2 * day)
				}
			})
			if c.stuck {
				h.SetFaults(acctest.Refusal("DeleteAccessKey"))
			}
			pair.Apply(sealedMonthly(gpg.Public)).ExpectErrorAmong("Secret not sealed", acctest.At("seal_to"))
			h.OnCall(nil)
			h.SetFaults()
			if n := len(h.Keys()); n != c.keys {
				t.Fatalf("%d keys at the API, want %d", n, c.keys)
			}
			made := h.Issued()[len(h.Issued())-1]
			h.NoError(acctest.Absent("the state", pair.State(), made))
			switch {
			case c.first && pair.Exists() != c.stuck:
				t.Errorf("in the state: %t", pair.Exists())
			case !c.first && c.stuck:
				pair.Expect(acctest.Args{"secret_key": h.Issued()[0], "previous_access_key_id": current(h).AccessKeyID})
			case !c.first && string(old) == "":
				t.Error("there was no state")
			case !c.first:
				pair.Expect(acctest.Args{"secret_key": h.Issued()[0], "previous_access_key_id": nil})
			}
		})
	}
}

// TestRotatingKey_refusedTag: a tag that the API refuses is an error of the argument, and the pair stays as it was.
func TestRotatingKey_refusedTag(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	refused := simulator.Fault{Action: "UpdateAccessKey", Kind: "status", Status: 400, Code: "4106", Times: 1}
	tagged := func(tag string) acctest.Args { return monthly(acctest.Args{"tag": tag}) }
	pair := h.NewResource(rotatingKey)
	h.SetFaults(refused)
	pair.Apply(tagged("long")).ExpectError("Access key not created", acctest.At("tag"), "code 4106", "`tag`")
	if pair.Exists() || len(h.Keys()) != 0 {
		t.Errorf("in the state: %t; %d keys at the API", pair.Exists(), len(h.Keys()))
	}
	pair.Update(tagged("long"))
	h.SetFaults(refused)
	pair.Apply(tagged("too long")).ExpectError("Access key not updated", acctest.At("tag"), "code 4106", "`tag`")
	pair.Update(tagged("too long"))
	expectPair(t, h, pair, false)
}
