package seal_test

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	pgparmor "github.com/ProtonMail/go-crypto/openpgp/armor"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

const (
	notText       = "the decrypted content is not text, or is too long for a secret. This ciphertext is not the sealed secret of an access key: check where it comes from."
	remedyRight   = "Give the private key of a public key that the secret was sealed to."
	remedyWhole   = "Give the whole armored text as it was made, from its BEGIN line to its END line."
	remedyKey     = "Give an age identity (AGE-SECRET-KEY-...), an SSH private key of type ed25519 or RSA, or an armored OpenPGP private key (gpg --armor --export-secret-keys)."
	cutCiphertext = "the ciphertext is cut: it does not end with its END line. " + remedyWhole
	damagedText   = "the ciphertext is damaged: part of it is missing or altered. " + remedyWhole
)

func openErr(ciphertext, privateKey, passphrase string) error {
	_, err := seal.Open(ciphertext, privateKey, passphrase)
	return err
}

// ageFile is an armored age file that Seal did not make.
func ageFile(t *testing.T, plain []byte, recipients ...age.Recipient) string {
	t.Helper()
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w := must(age.Encrypt(armored, recipients...))(t)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOpen_wrongPrivateKey(t *testing.T) {
	x, pq, ed, rsa := agePair(t), postQuantumPair(t), ed25519Pair(t), rsaPair(t, 2048)
	other := sshPair(t, &rsaKey(t, 2049).PublicKey, rsaKey(t, 2049))
	e := entity(t, openpgpConfig())
	pgp := openpgpPair(t, e, "")
	keyID := fmt.Sprintf("%016X", e.Subkeys[0].PublicKey.KeyId)
	phrase := must(age.NewScryptRecipient(thePhrase))(t)
	phrase.SetWorkFactor(10)
	sealedTo := func(public ...string) string { return must(parse(t, public...).Seal(theSecret))(t) }
	for name, c := range map[string]struct{ ciphertext, private, text string }{
		"age, another":      {sealedTo(x.public), agePair(t).private, "the ciphertext is sealed for an age key, but not for the one given. "},
		"age, three":        {sealedTo(x.public), agePair(t).private + "\n" + agePair(t).private + "\n" + pq.private, "the ciphertext is sealed for an age key, but the private key is an age key and an age post-quantum key. "},
		"pq, another":       {sealedTo(pq.public), postQuantumPair(t).private, "the ciphertext is sealed for an age post-quantum key, but not for the one given. "},
		"pq, age":           {sealedTo(pq.public), x.private, "the ciphertext is sealed for an age post-quantum key, but the private key is an age key. "},
		"age, ssh":          {sealedTo(x.public), ed.private, "the ciphertext is sealed for an age key, but the private key is an SSH ed25519 key. "},
		"ssh, another":      {sealedTo(ed.public), ed25519Pair(t).private, "the ciphertext is sealed for an SSH ed25519 key, but not for the one given. "},
		"rsa, another":      {sealedTo(rsa.public), other.private, "the ciphertext is sealed for an SSH RSA key, but not for the one given. "},
		"several, none":     {sealedTo(rsa.public, x.public, ed.public, agePair(t).public), other.private, "the ciphertext is sealed for an SSH RSA key and an SSH ed25519 key and an age key, but the private key is an SSH RSA key. "},
		"a phrase":          {ageFile(t, []byte(theSecret), phrase), x.private, "the ciphertext is sealed for a passphrase, but the private key is an age key. "},
		"age, openpgp":      {sealedTo(x.public), pgp.private, "the ciphertext is an age file, but the private key is an OpenPGP key. "},
		"openpgp, age":      {sealedTo(pgp.public), x.private, "the ciphertext is an OpenPGP message, but the private key is an age or SSH key. "},
		"openpgp, ssh":      {sealedTo(pgp.public), ed.private, "the ciphertext is an OpenPGP message, but the private key is an age or SSH key. "},
		"openpgp, another":  {sealedTo(pgp.public), openpgpPair(t, entity(t, openpgpConfig()), "").private, "the ciphertext is sealed for the OpenPGP key " + keyID + ", but the private key is another one. "},
		"openpgp, locked":   {sealedTo(pgp.public), openpgpPair(t, entity(t, openpgpConfig()), thePhrase).private, "the ciphertext is sealed for the OpenPGP key " + keyID + ", but the private key is another one. "},
		"openpgp, a phrase": {symmetric(t), pgp.private, "the ciphertext is sealed for a passphrase, not for an OpenPGP key. "},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, openErr(c.ciphertext, c.private, ""), seal.ReasonWrongPrivateKey, c.text+remedyRight, c.private, theSecret)
		})
	}
}

// symmetric is a ciphertext of gpg -c.
func symmetric(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	w := must(pgparmor.Encode(&out, openpgp.MessageType, nil))(t)
	plain := must(openpgp.SymmetricallyEncrypt(w, []byte(thePhrase), nil, openpgpConfig()))(t)
	if _, err := plain.Write([]byte(theSecret)); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(plain.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOpen_invalidPrivateKey(t *testing.T) {
	x, ed, locked := agePair(t), ed25519Pair(t), throwaway(t, "ssh-locked")
	e := entity(t, openpgpConfig())
	pgp := openpgpPair(t, e, "")
	sealedAge, sealedPGP := must(parse(t, x.public).Seal(theSecret))(t), must(parse(t, pgp.public).Seal(theSecret))(t)
	lockedPGP := openpgpPair(t, e, thePhrase)
	ec := ecdsaPair(t)
	half := ed.private[:len(ed.private)/2] + "\n-----END OPENSSH PRIVATE KEY-----\n"
	halfPGP := pgp.private[:len(pgp.private)/2] + "\n-----END PGP PRIVATE KEY BLOCK-----\n"
	pkcs8 := "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGjMF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBA\n-----END ENCRYPTED PRIVATE KEY-----\n"
	sshRemedy := "Give the whole file, from its BEGIN line to its END line; ssh-keygen -y -f FILE shows whether it can be read."
	line := func(n int) string {
		return fmt.Sprintf("line %d of the private key is not an age identity: it is cut, misspelt or something else; it is not shown here. Give the unchanged lines of the file that age-keygen wrote.", n)
	}
	for name, c := range map[string]struct {
		ciphertext, private, passphrase string
		reason                          seal.Reason
		text                            string
	}{
		"empty":              {sealedAge, " \n", "", seal.ReasonNotAPrivateKey, "the private key is empty. " + remedyKey},
		"endless":            {sealedAge, strings.Repeat("a", 512<<10+1), "", seal.ReasonNotAPrivateKey, "the private key is 524289 bytes long, but the maximum is 524288. " + remedyKey},
		"a password":         {sealedAge, "S3cr3tP4ssw0rd!", "", seal.ReasonNotAPrivateKey, "the given private key is not a private key. " + remedyKey},
		"age, cut":           {sealedAge, "# comment\n" + x.private[:60], "", seal.ReasonNotAPrivateKey, line(2)},
		"age, lower case":    {sealedAge, strings.ToLower(x.private), "", seal.ReasonNotAPrivateKey, line(1)},
		"age, and more":      {sealedAge, x.private + "\nS3cr3tP4ssw0rd!", "", seal.ReasonNotAPrivateKey, line(2)},
		"age pq, cut":        {sealedAge, postQuantumPair(t).private[:60], "", seal.ReasonNotAPrivateKey, line(1)},
		"age plugin":         {sealedAge, "AGE-PLUGIN-YUBIKEY-1Q9ZHXQYZMRZGPQZ3FW4C", "", seal.ReasonNotAPrivateKey, "line 1 of the private key is the identity of an age plugin, and plugins are not supported. Open the ciphertext with age -d on a machine with the plugin."},
		"age file":           {sealedAge, sealedAge, "", seal.ReasonNotAPrivateKey, "the private key is an age file that is itself encrypted, which is not supported. Decrypt it first: age -d FILE."},
		"public age":         {sealedAge, x.public, "", seal.ReasonPublicKeyGiven, "the given private key is a public key, which cannot open anything. Give its private half."},
		"public ssh":         {sealedAge, ed.public, "", seal.ReasonPublicKeyGiven, "the given private key is a public key, which cannot open anything. Give its private half."},
		"public openpgp":     {sealedPGP, pgp.public, "", seal.ReasonPublicKeyGiven, "the given private key is a public key, which cannot open anything. Give its private half."},
		"ssh, cut":           {sealedAge, half, "", seal.ReasonNotAPrivateKey, "the private key begins like an SSH private key, but cannot be read: it is cut or altered, or of a type that is not supported. " + sshRemedy},
		"ssh, ECDSA":         {sealedAge, ec.private, "", seal.ReasonNotAPrivateKey, "the private key is of an unsupported type (ECDSA or DSA). " + remedyKey},
		"ssh, no phrase":     {sealedAge, locked.private, "", seal.ReasonPassphraseMissing, "the SSH private key is locked with a passphrase, but none was given. Give its passphrase."},
		"ssh, wrong phrase":  {sealedAge, locked.private, wrongWords, seal.ReasonPassphraseWrong, "the passphrase does not unlock the SSH private key. Give the passphrase of this key."},
		"pkcs8, locked":      {sealedAge, pkcs8, thePhrase, seal.ReasonNotAPrivateKey, "the private key is locked in the PKCS #8 form, which is not supported. Convert it to the form of OpenSSH: ssh-keygen -p -f FILE, which asks for the passphrase."},
		"putty":              {sealedAge, "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\nAAAAIHiM2lG4Vq0k1\n", "", seal.ReasonNotAPrivateKey, "the private key is a PuTTY file, which is not supported. Convert it to the form of OpenSSH: puttygen FILE -O private-openssh -o NEWFILE."},
		"openpgp, cut":       {sealedPGP, halfPGP, "", seal.ReasonNotAPrivateKey, "the private key begins like an armored OpenPGP private key, but cannot be read: it is cut or altered, or of a type that is not supported. Give the whole output of gpg --armor --export-secret-keys FINGERPRINT."},
		"openpgp, no phrase": {sealedPGP, lockedPGP.private, "", seal.ReasonPassphraseMissing, "the OpenPGP private key is locked with a passphrase, but none was given. Give its passphrase."},
		"openpgp, wrong":     {sealedPGP, lockedPGP.private, wrongWords, seal.ReasonPassphraseWrong, "the passphrase does not unlock the OpenPGP private key. Give the passphrase of this key."},
	} {
		t.Run(name, func(t *testing.T) {
			private := []string{c.private, c.passphrase, theSecret}
			if strings.Contains(c.private, "PGP PUBLIC") || c.reason == seal.ReasonPublicKeyGiven {
				private = []string{theSecret}
			}
			refused(t, openErr(c.ciphertext, c.private, c.passphrase), c.reason, c.text, private...)
		})
	}
}

func TestOpen_invalidCiphertext(t *testing.T) {
	key := agePair(t)
	for name, c := range map[string]struct {
		ciphertext string
		reason     seal.Reason
		text       string
	}{
		"empty":       {"", seal.ReasonNotCiphertext, "the ciphertext is empty. " + remedyWhole},
		"the secret":  {theSecret, seal.ReasonNotCiphertext, "the ciphertext is neither an armored age file nor an armored OpenPGP message. " + remedyWhole},
		"not armored": {"age-encryption.org/v1\n-> X25519 abc\n", seal.ReasonNotCiphertext, "the ciphertext is neither an armored age file nor an armored OpenPGP message. " + remedyWhole},
		"endless":     {strings.Repeat("a", 1<<20+1), seal.ReasonNotCiphertext, "the ciphertext is 1048577 bytes long, but the maximum is 1048576. " + remedyWhole},
		"hollow":      {"-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----", seal.ReasonDamaged, damagedText},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, openErr(c.ciphertext, key.private, ""), c.reason, c.text, key.private, theSecret)
		})
	}
}

// TestOpen_alteredCiphertext alters every byte of the armor, removes every line, and cuts at every length. A ciphertext
// that still opens gives the secret; any other is refused for one of three reasons, and the error has no part of it.
func TestOpen_alteredCiphertext(t *testing.T) {
	for name, key := range map[string]pair{
		"age":     agePair(t),
		"ssh":     ed25519Pair(t),
		"openpgp": openpgpPair(t, entity(t, openpgpConfig()), ""),
	} {
		t.Run(name, func(t *testing.T) {
			sealed := must(parse(t, key.public).Seal(theSecret))(t)
			trimmed := strings.TrimSpace(sealed)
			for n := range trimmed {
				if n == 0 {
					continue
				}
				err := openErr(trimmed[:n], key.private, "")
				if n < len("-----BEGIN PGP MESSAGE-----") || name != "openpgp" && n < len("-----BEGIN AGE ENCRYPTED FILE-----") {
					refused(t, err, seal.ReasonNotCiphertext, "the ciphertext is neither an armored age file nor an armored OpenPGP message. "+remedyWhole, key.private)
				} else {
					refused(t, err, seal.ReasonDamaged, cutCiphertext, key.private)
				}
			}
			lines := strings.SplitAfter(sealed, "\n")
			for i := 1; i < len(lines)-2; i++ {
				expectSecretOrError(t, slices.Concat(lines[:i], lines[i+1:]), key)
				expectSecretOrError(t, slices.Concat(lines[:i+1], lines[i:]), key)
			}
			for i := range len(trimmed) {
				for _, other := range []byte{'A', '\n'} {
					if trimmed[i] != other {
						expectSecretOrError(t, []string{trimmed[:i], string([]byte{other}), trimmed[i+1:]}, key)
					}
				}
			}
			// The bytes below the armor are altered, so that no checksum of the armor detects it.
			for i, raw := 0, dearmor(t, sealed); i < len(raw); i++ {
				altered := slices.Clone(raw)
				altered[i] ^= 0x10
				expectSecretOrError(t, []string{rearmor(t, sealed, altered)}, key)
				expectSecretOrError(t, []string{rearmor(t, sealed, raw[:i])}, key)
			}
		})
	}
}

func expectSecretOrError(t *testing.T, parts []string, key pair) {
	t.Helper()
	got, err := seal.Open(strings.Join(parts, ""), key.private, "")
	if err == nil {
		if got != theSecret {
			t.Fatalf("opened to another text of %d bytes", len(got))
		}
		return
	}
	var e *seal.Error
	if !errors.As(err, &e) || e.Reason != seal.ReasonDamaged && e.Reason != seal.ReasonNotCiphertext && e.Reason != seal.ReasonWrongPrivateKey {
		t.Fatalf("reason of %v", err)
	}
	expectNoPrivateText(t, err, key.private, theSecret)
}

func dearmor(t testing.TB, sealed string) []byte {
	t.Helper()
	if block, err := pgparmor.Decode(strings.NewReader(sealed)); err == nil {
		return must(io.ReadAll(block.Body))(t)
	}
	return must(io.ReadAll(armor.NewReader(strings.NewReader(sealed))))(t)
}

// rearmor writes the bytes as lines of 64 characters between the lines of the original; OpenPGP armor
// allows the checksum to be absent and asks for an empty line first.
func rearmor(t *testing.T, sealed string, raw []byte) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(sealed), "\n")
	text := string(pem.EncodeToMemory(&pem.Block{Type: "X", Bytes: raw}))
	text = strings.ReplaceAll(text, "-----END X-----\n", lines[len(lines)-1])
	first := lines[0] + "\n"
	if strings.Contains(lines[0], "PGP") {
		first += "\n"
	}
	return strings.ReplaceAll(text, "-----BEGIN X-----\n", first)
}
