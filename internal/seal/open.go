package seal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Open decrypts a ciphertext of Seal, or of `age -a` or `gpg --armor --encrypt` for the same key. The private key is an age
// identity (one or several lines of an age-keygen file, with or without comments), an SSH private key of type ed25519 or RSA, or
// an armored OpenPGP private key. The passphrase unlocks a locked SSH or OpenPGP private key. It is ignored if the key is not
// locked.
//
// Open uses no clock, because a sealed secret stays readable after the key has expired or was revoked.
//
// The error is an *Error. Open returns a text only if the whole ciphertext is intact.
func Open(ciphertext, privateKey, passphrase string) (string, error) {
	plain, err := open(strings.TrimSpace(ciphertext), strings.TrimSpace(privateKey), passphrase)
	defer clear(plain)
	if err != nil {
		return "", err
	}
	if len(plain) > MaxSecretBytes || !utf8.Valid(plain) {
		return "", refuse(ReasonNotText, "the decrypted content is not text, or is too long for a secret", "This ciphertext is not the sealed secret of an access key: check where it comes from.")
	}
	return string(plain), nil
}

func open(ciphertext, privateKey, passphrase string) ([]byte, *Error) {
	format, err := formatOf(ciphertext)
	if err != nil {
		return nil, err
	}
	key, err := privateKeyOf(privateKey)
	if err != nil {
		return nil, err
	}
	if format == "age" {
		if key.openpgp != "" {
			return nil, wrongKey("the ciphertext is an age file, but the private key is an OpenPGP key")
		}
		return openAge(ciphertext, key, passphrase)
	}
	if key.openpgp == "" {
		return nil, wrongKey("the ciphertext is an OpenPGP message, but the private key is an age or SSH key")
	}
	return openOpenPGP(ciphertext, key.openpgp, passphrase)
}

const remedyCiphertext = "Give the whole armored text as it was made, from its BEGIN line to its END line."

// formatOf returns the format of a ciphertext, "age" or "openpgp", by its armor. The armor must be complete.
func formatOf(text string) (string, *Error) {
	switch {
	case len(text) > maxCiphertextBytes:
		return "", refuse(ReasonNotCiphertext, fmt.Sprintf("the ciphertext is %d bytes long, but the maximum is %d", len(text), maxCiphertextBytes), remedyCiphertext)
	case strings.HasPrefix(text, beginAgeFile):
		return "age", refuseCut(text, endAgeFile)
	case strings.HasPrefix(text, beginOpenPGPMessage):
		return "openpgp", refuseCut(text, endOpenPGPMessage)
	case text == "":
		return "", refuse(ReasonNotCiphertext, "the ciphertext is empty", remedyCiphertext)
	}
	return "", refuse(ReasonNotCiphertext, "the ciphertext is neither an armored age file nor an armored OpenPGP message", remedyCiphertext)
}

func refuseCut(text, end string) *Error {
	if !strings.HasSuffix(text, end) {
		return refuse(ReasonDamaged, "the ciphertext is cut: it does not end with its END line", remedyCiphertext)
	}
	return nil
}

func damaged() *Error {
	return refuse(ReasonDamaged, "the ciphertext is damaged: part of it is missing or altered", remedyCiphertext)
}

func wrongKey(problem string) *Error {
	return refuse(ReasonWrongPrivateKey, problem, "Give the private key of a public key that the secret was sealed to.")
}

// readPlain reads to the end, where both formats prove that nothing is missing, but not more than the longest secret.
func readPlain(r io.Reader) ([]byte, error) {
	plain, err := io.ReadAll(io.LimitReader(r, MaxSecretBytes+1))
	if err != nil {
		clear(plain)
		return nil, err
	}
	return plain, nil
}
