package seal

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Open decrypts what Seal made, or what `age -a` or `gpg --armor --encrypt` made for the same key. The private key
// is an age identity (one or several lines of an age-keygen file, comments included), an SSH private key
// of type ed25519 or RSA, or an armored OpenPGP private key. The passphrase unlocks an SSH or OpenPGP
// private key that is locked; it is not looked at when the key needs none.
//
// A sealed secret stays readable when the key expires or is revoked later, so no clock is used.
//
// The error is an *Error. Text is only returned when all of the ciphertext was found intact.
func Open(ciphertext, privateKey, passphrase string) (string, error) {
	plain, err := open(strings.TrimSpace(ciphertext), strings.TrimSpace(privateKey), passphrase)
	defer clear(plain)
	if err != nil {
		return "", err
	}
	if len(plain) > MaxSecretBytes || !utf8.Valid(plain) {
		return "", refuse(ReasonNotText, "what was sealed is not a text or is longer than any secret", "This ciphertext was not made by sealing an access key's secret: look at where it comes from.")
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
			return nil, wrongKey("the ciphertext is an age file, and the private key is an OpenPGP key")
		}
		return openAge(ciphertext, key, passphrase)
	}
	if key.openpgp == "" {
		return nil, wrongKey("the ciphertext is an OpenPGP message, and the private key is an age or SSH key")
	}
	return openOpenPGP(ciphertext, key.openpgp, passphrase)
}

const remedyCiphertext = "Give the whole armored text as it was made, from its BEGIN line to its END line."

// formatOf distinguishes an age file from an OpenPGP message by the armor, and detects a missing end of the armor.
func formatOf(text string) (string, *Error) {
	switch {
	case len(text) > maxCiphertextBytes:
		return "", refuse(ReasonNotCiphertext, fmt.Sprintf("the ciphertext is %d bytes long, and no sealed secret is longer than %d", len(text), maxCiphertextBytes), remedyCiphertext)
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
	return refuse(ReasonDamaged, "the ciphertext is damaged: a part of it is missing or was altered", remedyCiphertext)
}

func wrongKey(problem string) *Error {
	return refuse(ReasonWrongPrivateKey, problem, "Give the private key whose public half the secret was sealed to.")
}

// readPlain reads to the very end, where both formats prove that nothing is missing, and no more than a
// secret can have.
func readPlain(r io.Reader) ([]byte, error) {
	plain, err := io.ReadAll(io.LimitReader(r, MaxSecretBytes+1))
	if err != nil {
		clear(plain)
		return nil, err
	}
	return plain, nil
}
