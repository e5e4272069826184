package seal_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// pairs are all the kinds of keys, each with the passphrase that opens it.
func pairs(t *testing.T) map[string]struct {
	pair
	passphrase string
} {
	t.Helper()
	type entry = struct {
		pair
		passphrase string
	}
	withFlags := func(change func(*packet.Config)) *packet.Config {
		config := openpgpConfig()
		change(config)
		return config
	}
	pkcs1 := rsaPair(t, 2048)
	pkcs1.private = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey(t, 2048))}))
	pkcs8 := rsaPair(t, 2048)
	pkcs8.private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(rsaKey(t, 2048)))(t)}))
	locked := rsaPair(t, 2048)
	//nolint:staticcheck // old ssh-keygen locked keys this way and such files are still about
	block := must(x509.EncryptPEMBlock(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey(t, 2048)), []byte(thePhrase), x509.PEMCipherAES128))(t)
	locked.private = string(pem.EncodeToMemory(block))
	return map[string]entry{
		"age":                  {agePair(t), ""},
		"age, needless phrase": {agePair(t), thePhrase},
		"age post-quantum":     {postQuantumPair(t), ""},
		"ssh ed25519":          {ed25519Pair(t), ""},
		"ssh ed25519, locked":  {throwaway(t, "ssh-locked"), thePhrase},
		"ssh rsa":              {rsaPair(t, 2048), ""},
		"ssh rsa, locked":      {throwaway(t, "ssh-rsa-locked"), thePhrase},
		"ssh rsa PKCS #1":      {pkcs1, ""},
		"ssh rsa PKCS #8":      {pkcs8, ""},
		"ssh rsa, locked PEM":  {locked, thePhrase},
		"openpgp":              {openpgpPair(t, entity(t, openpgpConfig()), ""), ""},
		"openpgp, locked":      {openpgpPair(t, entity(t, openpgpConfig()), thePhrase), thePhrase},
		"openpgp rsa": {openpgpPair(t, entity(t, withFlags(func(c *packet.Config) {
			c.Algorithm, c.RSABits = packet.PubKeyAlgoRSA, 2048
		})), ""), ""},
		"openpgp version 6": {openpgpPair(t, entity(t, withFlags(func(c *packet.Config) {
			c.V6Keys, c.Algorithm, c.AEADConfig = true, packet.PubKeyAlgoEd25519, &packet.AEADConfig{}
		})), ""), ""},
		"openpgp, claims AEAD": {openpgpPair(t, entity(t, withFlags(func(c *packet.Config) { c.AEADConfig = &packet.AEADConfig{} })), ""), ""},
	}
}

func TestSeal_kindsOfKey(t *testing.T) {
	for name, key := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			recipients := parse(t, key.public)
			if err := recipients.Trial(); err != nil {
				t.Fatal(err)
			}
			opens := func(sealed, private, secret string) {
				t.Helper()
				if got := must(seal.Open(sealed, private, key.passphrase))(t); got != secret {
					t.Fatalf("opened to something else, %d bytes for %d", len(got), len(secret))
				}
			}
			sealed := must(recipients.Seal(theSecret))(t)
			if strings.Contains(sealed, theSecret) {
				t.Fatal("the ciphertext holds the secret")
			}
			opens(sealed, key.private, theSecret)
			// Forms of the text after an edit of the file, and after trimspace().
			opens(strings.ReplaceAll(sealed, "\n", "\r\n"), strings.ReplaceAll(key.private, "\n", "\r\n"), theSecret)
			opens(strings.TrimSpace(sealed), strings.TrimSpace(key.private), theSecret)
			opens("\n "+sealed+"\n\n", "\n"+key.private+"\n\n", theSecret)
			for _, secret := range []string{"é\n\r\n\x00 spaces \n", strings.Repeat("k", seal.MaxSecretBytes)} {
				opens(must(recipients.Seal(secret))(t), key.private, secret)
			}
		})
	}
}

func TestSeal_severalRecipients(t *testing.T) {
	keys := []pair{agePair(t), ed25519Pair(t), rsaPair(t, 2048), agePair(t)}
	var public []string
	for _, key := range keys {
		public = append(public, key.public)
	}
	sealed := must(parse(t, public...).Seal(theSecret))(t)
	for _, key := range keys {
		if got := must(seal.Open(sealed, key.private, ""))(t); got != theSecret {
			t.Error("opened to something else")
		}
	}
}

func TestSeal_maxRecipients(t *testing.T) {
	var public []string
	var last pair
	for range seal.MaxRecipients {
		last = postQuantumPair(t)
		public = append(public, last.public)
	}
	sealed := must(parse(t, public...).Seal(theSecret))(t)
	if got := must(seal.Open(sealed, last.private, ""))(t); got != theSecret {
		t.Error("opened to something else")
	}
}

func TestOpen_ageIdentityFile(t *testing.T) {
	key, other := agePair(t), postQuantumPair(t)
	file := "# created: 2026-11-20T12:00:00Z\n# public key: " + key.public + "\n" + other.private + "\n\n" + key.private + "\n"
	if got := must(seal.Open(must(parse(t, key.public).Seal(theSecret))(t), file, ""))(t); got != theSecret {
		t.Error("opened to something else")
	}
}

func TestSeal_isRandomized(t *testing.T) {
	recipients := parse(t, agePair(t).public)
	first, second := must(recipients.Seal(theSecret))(t), must(recipients.Seal(theSecret))(t)
	if first == second {
		t.Error("the same ciphertext twice: whoever sees both knows that the secret is the same")
	}
}

func TestRecipients_concurrentUse(t *testing.T) {
	for _, public := range []string{agePair(t).public, publicOf(t, entity(t, openpgpConfig()))} {
		recipients := parse(t, public)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := recipients.Seal(theSecret); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}

func TestFingerprints_matchTools(t *testing.T) {
	got := parse(t,
		"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github",
	).Fingerprints()
	want := []string{
		"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
		"SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU",
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v, want %v", got, want)
	}
	upper := parse(t, strings.ToUpper(want[0])).Fingerprints()
	if upper[0] != want[0] {
		t.Errorf("a recipient in upper case is %s", upper[0])
	}
	hybrid := parse(t, postQuantumPair(t).public).Fingerprints()[0]
	if !strings.HasPrefix(hybrid, "age1pq1:sha256:") || len(hybrid) != len("age1pq1:sha256:")+64 {
		t.Errorf("post-quantum: %s", hybrid)
	}
	got[0] = "changed"
	if again := parse(t, want[0]).Fingerprints(); again[0] != want[0] {
		t.Error("the returned list is the internal one")
	}
}

func TestOpen_expiredOrRevokedKey(t *testing.T) {
	config := openpgpConfig()
	config.KeyLifetimeSecs = uint32((3 * 365 * 24 * time.Hour).Seconds())
	e := entity(t, config)
	recipients := parse(t, publicOf(t, e))
	sealed := must(recipients.Seal(theSecret))(t)
	if err := e.Revoke(packet.KeySuperseded, "", config); err != nil {
		t.Fatal(err)
	}
	// Open has no clock, so the expiry of the key does not matter.
	if got := must(seal.Open(sealed, openpgpPair(t, e, "").private, ""))(t); got != theSecret {
		t.Error("opened to something else")
	}
}

func TestSeal_keyExpiredSinceParsing(t *testing.T) {
	config := openpgpConfig()
	config.KeyLifetimeSecs = uint32((3 * 365 * 24 * time.Hour).Seconds())
	now := today
	public := publicOf(t, entity(t, config))
	recipients := must(seal.ParseRecipients([]string{public}, seal.WithClock(func() time.Time { return now })))(t)
	now = now.AddDate(2, 0, 0)
	refused(t, recipients.Trial(), seal.ReasonKeyExpired, "public key [0] is an OpenPGP key that expired on 2027-11-20 12:00:00 UTC. "+remedyRenew)

	late := must(seal.ParseRecipients([]string{public}, seal.WithClock(func() time.Time { return now }), seal.WithoutValidity()))(t)
	if late.Fingerprints()[0] != recipients.Fingerprints()[0] {
		t.Error("another fingerprint once expired")
	}
	refused(t, late.Trial(), seal.ReasonKeyExpired, "public key [0] is an OpenPGP key that expired on 2027-11-20 12:00:00 UTC. "+remedyRenew)
}

func TestOpen_notText(t *testing.T) {
	key := agePair(t)
	recipient := must(age.ParseX25519Recipient(key.public))(t)
	refused(t, openErr(ageFile(t, []byte{0xff, 0xfe, 0x00}, recipient), key.private, ""), seal.ReasonNotText, notText)
	refused(t, openErr(ageFile(t, bytes.Repeat([]byte("a"), seal.MaxSecretBytes+1), recipient), key.private, ""), seal.ReasonNotText, notText)
}
