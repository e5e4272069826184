package sealedsecret_test

import (
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

const (
	sealedSecret = "outscale_access_key_secret"
	accessKey    = "outscale_access_key"
)

// sealed is the ciphertext of a new key's secret, sealed to this recipient.
func sealed(h *acctest.Protocol, with acctest.Pair) string {
	return h.Resource(accessKey, acctest.Args{"seal_to": []string{with.Public}}).String("sealed_secret_key")
}

// TestSealedSecret_opened by the private key of each kind of recipient. Nothing is called for it, so that a secret can be
// opened while the API is down, and by who has no credential that the API knows.
func TestSealedSecret_opened(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	offline := acctest.NewProtocolOn(h.Account)
	for name, c := range map[string]struct {
		pair       acctest.Pair
		passphrase any
	}{
		"age": {acctest.AgePair(t), nil}, "age post-quantum": {acctest.PostQuantumPair(t), nil}, "ssh": {acctest.SSHPair(t, ""), nil},
		"locked ssh":     {acctest.SSHPair(t, "a pass phrase"), "a pass phrase"},
		"locked openpgp": {acctest.OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "a pass phrase"), "a pass phrase"},
	} {
		h.Env("OSC_ENDPOINT_API", h.Endpoint)
		h.Env("OSC_SECRET_KEY", h.RootSecretKey)
		ciphertext := sealed(h, c.pair)
		h.Env("OSC_ENDPOINT_API", "http://127.0.0.1:1/api/v1")
		h.Env("OSC_SECRET_KEY", strings.Repeat("0", 40))
		h.ResetCalls()
		opened := offline.Ephemeral(sealedSecret, acctest.Args{"sealed_secret_key": ciphertext, "private_key": c.pair.Private, "passphrase": c.passphrase}).Open()
		opened.ExpectNone()
		if issued := h.Issued(); opened.Get("secret_key") != issued[len(issued)-1] {
			t.Errorf("%s: what opens is not the secret of the key", name)
		}
		opened.Close().ExpectNone()
		if n := len(h.Requests()); n != 0 {
			t.Errorf("%s: %d calls were made", name, n)
		}
	}
}

// TestSealedSecret_notOpened: the error names the argument and the cause, and repeats nothing of a private key.
func TestSealedSecret_notOpened(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	mine, other, locked := acctest.AgePair(t), acctest.AgePair(t), acctest.SSHPair(t, "a pass phrase")
	gpg := acctest.OpenPGPPair(t, time.Now().Add(-time.Hour), 0, "")
	toMine, toLocked := sealed(h, mine), sealed(h, locked)
	bare := strings.TrimPrefix(mine.Private, "AGE-SECRET-KEY-")
	for name, c := range map[string]struct {
		sealed, private string
		argument, part  string
	}{
		"another key":         {toMine, other.Private, "private_key", "Give the private key of a public key that the secret was sealed to"},
		"another format":      {toMine, gpg.Private, "private_key", "the ciphertext is an age file, but the private key is an OpenPGP key"},
		"a public key":        {toMine, mine.Public, "private_key", "the given private key is a public key"},
		"no key":              {toMine, bare, "private_key", "the given private key is not a private key"},
		"an empty key":        {toMine, "", "private_key", "the private key is empty"},
		"cut":                 {toMine[:len(toMine)/2], mine.Private, "sealed_secret_key", "the ciphertext is cut"},
		"altered":             {altered(toMine), mine.Private, "sealed_secret_key", "the ciphertext is damaged"},
		"no ciphertext":       {mine.Private, mine.Private, "sealed_secret_key", "the ciphertext is neither"},
		"locked, no phrase":   {toLocked, locked.Private, "passphrase", "the SSH private key is locked"},
		"an empty ciphertext": {"", mine.Private, "sealed_secret_key", "the ciphertext is empty"},
	} {
		opened := h.Ephemeral(sealedSecret, acctest.Args{"sealed_secret_key": c.sealed, "private_key": c.private}).Open()
		t.Log(name)
		opened.ExpectError("Sealed secret not opened", "`"+c.argument+"`: ", c.part)
		h.NoError(acctest.Absent(name+": the error", []byte(opened.String()), mine.Private, bare, other.Private, strings.Split(locked.Private, "\n")[2]))
	}
}

// altered is an armored text with another character in the middle of its body.
func altered(armored string) string {
	text := []byte(armored)
	at := len(text) - 60
	if text[at] == 'A' {
		text[at] = 'B'
	} else {
		text[at] = 'A'
	}
	return string(text)
}
