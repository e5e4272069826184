package seal

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"golang.org/x/crypto/ssh"
)

// ageRecipient is a public key of the age format.
type ageRecipient struct {
	recipient   age.Recipient
	fingerprint string
	postQuantum bool
}

// parseAgeRecipient reads an age recipient or an SSH public key.
func parseAgeRecipient(text string) (ageRecipient, *Error) {
	if strings.ContainsAny(text, "\n\r") && !strings.HasPrefix(text, "----") {
		return ageRecipient{}, refuse(ReasonSeveralKeys, "has more than one line, but an age or SSH public key is a single line",
			"Give each key as a separate item, without comment lines.")
	}
	var key ageRecipient
	var err *Error
	if len(text) >= 4 && strings.EqualFold(text[:4], "age1") {
		key, err = parseNative(text)
	} else {
		key, err = parseSSH(text)
	}
	if err != nil {
		return ageRecipient{}, err
	}
	// Some texts have the form of a key, but stand for a point that nothing can be sealed to.
	if _, wrapErr := key.recipient.Wrap(make([]byte, 16)); wrapErr != nil {
		return ageRecipient{}, refuse(ReasonNotAPublicKey, "has the form of a public key, but nothing can be sealed to it", "Copy the key again from its source.")
	}
	return key, nil
}

// parseNative reads age's own recipients. In Bech32 a text in upper case is the same key.
func parseNative(text string) (ageRecipient, *Error) {
	if strings.ToUpper(text) == text {
		text = strings.ToLower(text)
	}
	if strings.HasPrefix(text, "age1pq1") {
		r, err := age.ParseHybridRecipient(text)
		if err != nil {
			return ageRecipient{}, misspelt("an age post-quantum recipient (age1pq1...)")
		}
		sum := sha256.Sum256([]byte(r.String()))
		return ageRecipient{recipient: r, fingerprint: "age1pq1:sha256:" + hex.EncodeToString(sum[:]), postQuantum: true}, nil
	}
	// The data of a Bech32 text has no "1". A second one ends the name of a plugin or of a kind of hardware.
	if strings.Contains(text[len("age1"):], "1") {
		return ageRecipient{}, refuse(ReasonUnsupportedKey, "looks like the recipient of an age plugin or of hardware, which requires the plugin, and plugins are not supported",
			"Give a recipient that age-keygen made (age1... or age1pq1...).")
	}
	r, err := age.ParseX25519Recipient(text)
	if err != nil {
		return ageRecipient{}, misspelt("an age recipient (age1...)")
	}
	return ageRecipient{recipient: r, fingerprint: r.String()}, nil
}

func misspelt(what string) *Error {
	return refuse(ReasonNotAPublicKey, "begins like "+what+", but is not valid: it is cut, misspelt or has extra characters", "Copy the whole line again.")
}

// unsupportedSSH names the SSH key types that the age format does not support.
var unsupportedSSH = map[string]string{
	"ecdsa-sha2-nistp256":                "an SSH ECDSA key",
	"ecdsa-sha2-nistp384":                "an SSH ECDSA key",
	"ecdsa-sha2-nistp521":                "an SSH ECDSA key",
	"ssh-dss":                            "an SSH DSA key",
	"sk-ssh-ed25519@openssh.com":         "an SSH key held by a hardware token",
	"sk-ecdsa-sha2-nistp256@openssh.com": "an SSH key held by a hardware token",
	"ssh-ed25519-cert-v01@openssh.com":   "an SSH certificate",
	"ssh-rsa-cert-v01@openssh.com":       "an SSH certificate",
}

// parseSSH reads one line of the authorized_keys format that begins with the type of the key.
func parseSSH(text string) (ageRecipient, *Error) {
	kind, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	if name, ok := unsupportedSSH[kind]; ok {
		return ageRecipient{}, refuse(ReasonUnsupportedKey, "is "+name+", which is not supported",
			"Give a key of type ssh-ed25519 or ssh-rsa, or an age recipient.")
	}
	if strings.HasPrefix(text, "-----BEGIN ") || strings.HasPrefix(text, "---- BEGIN SSH2") {
		return ageRecipient{}, refuse(ReasonUnsupportedKey, "is in PEM form or in the format of another program, which is not supported",
			"An SSH public key is one line that begins with ssh-ed25519 or ssh-rsa; ssh-keygen -i -f FILE -m PKCS8 (or -m RFC4716) prints it.")
	}
	if kind != ssh.KeyAlgoED25519 && kind != ssh.KeyAlgoRSA {
		return ageRecipient{}, refuse(ReasonNotAPublicKey, "is not a public key", remedyPublicKey)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil || key.Type() != kind {
		return ageRecipient{}, misspelt("an SSH public key")
	}
	var recipient age.Recipient
	if kind == ssh.KeyAlgoRSA {
		if bits := rsaBits(key); bits < MinRSABits {
			return ageRecipient{}, refuse(ReasonWeakKey, fmt.Sprintf("is an RSA key of %d bits, but the minimum is %d", bits, MinRSABits),
				"Make a new key: ssh-keygen -t ed25519, or -t rsa -b 4096.")
		}
		recipient, err = agessh.NewRSARecipient(key)
	} else {
		recipient, err = agessh.NewEd25519Recipient(key)
	}
	if err != nil {
		return ageRecipient{}, misspelt("an SSH public key")
	}
	return ageRecipient{recipient: recipient, fingerprint: ssh.FingerprintSHA256(key)}, nil
}

// rsaBits returns the length of the modulus of an SSH RSA key, in bits.
func rsaBits(key ssh.PublicKey) int {
	if crypto, ok := key.(ssh.CryptoPublicKey); ok {
		if public, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok {
			return public.N.BitLen()
		}
	}
	return 0
}

// refuseMixedStrength refuses a list with post-quantum and classic keys, at the first key that differs from the first one.
func refuseMixedStrength(keys []ageRecipient) *Error {
	for i, key := range keys {
		if key.postQuantum == keys[0].postQuantum {
			continue
		}
		is, first := "a classic key", "a post-quantum one"
		if key.postQuantum {
			is, first = "a post-quantum key", "a classic one"
		}
		return refuse(ReasonMixedPostQuantum, fmt.Sprintf("is %s and public key [0] is %s: a secret sealed to both is only as safe as the classic one", is, first),
			"Give post-quantum recipients (age1pq1...) only, or classic ones only.").at(i)
	}
	return nil
}

// sealAge returns the armored age file.
func sealAge(secret []byte, keys []ageRecipient) (string, *Error) {
	recipients := make([]age.Recipient, 0, len(keys))
	for _, key := range keys {
		recipients = append(recipients, key.recipient)
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	if err := writeAll(secret, armored, func(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, recipients...) }); err != nil {
		return "", sealingFailed()
	}
	return out.String(), nil
}

// writeAll encrypts the secret into the armor and closes both.
func writeAll(secret []byte, armored io.WriteCloser, encrypt func(io.Writer) (io.WriteCloser, error)) error {
	sealed, err := encrypt(armored)
	if err != nil {
		return err
	}
	if _, err := sealed.Write(secret); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return err
	}
	return armored.Close()
}

func sealingFailed() *Error {
	return refuse(ReasonSealingFailed, "the secret could not be sealed to these public keys", "Try another public key, and report this error: the keys are valid.")
}
