package seal_test

import (
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/seal"
)

// expectError fails the test if an error is not an *Error, or repeats a long word of the input.
func expectError(t *testing.T, err error, given string) {
	t.Helper()
	var e *seal.Error
	if !errors.As(err, &e) || e.Reason == "" || e.Problem == "" || !strings.HasSuffix(e.Remedy, ".") {
		t.Fatalf("not an error of ours: %#v", err)
	}
	for word := range strings.FieldsSeq(given) {
		if len(word) > 24 && strings.Contains(err.Error(), word) && !strings.Contains(err.Error(), "the same key as") {
			t.Fatalf("the error repeats what was given: %q", err.Error())
		}
	}
}

// fixed are keys that are the same in every process. A fuzzing process uses the inputs of others, and could not decrypt them with
// its own keys.
func fixed(f *testing.F) []pair {
	f.Helper()
	var keys []pair
	for _, name := range []string{"age", "ssh", "openpgp"} {
		keys = append(keys, throwaway(f, name))
	}
	return keys
}

func FuzzParseRecipients(f *testing.F) {
	keys := fixed(f)
	for _, key := range append(keys, postQuantumPair(f), rsaPair(f, 2048)) {
		f.Add(key.public, keys[0].public)
		f.Add(key.private, key.public)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, list := range [][]string{{first}, {first, second}} {
			recipients, err := seal.ParseRecipients(list, seal.WithClock(clock))
			if err != nil {
				expectError(t, err, first+" "+second)
				continue
			}
			if len(recipients.Fingerprints()) != len(list) {
				t.Fatal("not one fingerprint a key")
			}
			if err := recipients.Trial(); err != nil {
				t.Fatalf("a key that was accepted cannot be sealed to: %v", err)
			}
		}
	})
}

func FuzzOpenCiphertext(f *testing.F) {
	keys := fixed(f)
	for _, key := range keys {
		f.Add(must(parse(f, key.public).Seal(theSecret))(f))
	}
	f.Fuzz(func(t *testing.T, ciphertext string) {
		for _, key := range keys {
			text, err := seal.Open(ciphertext, key.private, "")
			if err != nil {
				expectError(t, err, ciphertext)
			} else if text != theSecret {
				t.Fatalf("opened to %q", text)
			}
		}
	})
}

func FuzzOpenPrivateKey(f *testing.F) {
	var sealed []string
	for _, key := range fixed(f) {
		sealed = append(sealed, must(parse(f, key.public).Seal(theSecret))(f))
		f.Add(key.private, "")
		f.Add(key.public, thePhrase)
	}
	f.Add(postQuantumPair(f).private, "")
	f.Add(rsaPair(f, 2048).private, "")
	f.Add(openpgpPair(f, entity(f, openpgpConfig()), thePhrase).private, thePhrase)
	f.Fuzz(func(t *testing.T, private, passphrase string) {
		for _, ciphertext := range sealed {
			text, err := seal.Open(ciphertext, private, passphrase)
			if err != nil {
				expectError(t, err, private+" "+passphrase)
			} else if text != theSecret {
				t.Fatalf("opened to %q", text)
			}
		}
	})
}

// FuzzOpenWithoutArmor adds the armor itself, so that the fuzzer does not work on checksums and line lengths.
func FuzzOpenWithoutArmor(f *testing.F) {
	keys := fixed(f)
	block := func(kind string, raw []byte) string {
		empty := "\n"
		if kind == "AGE ENCRYPTED FILE" {
			empty = ""
		}
		text := string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
		return strings.Replace(text, "-----\n", "-----\n"+empty, 1)
	}
	for _, key := range keys {
		f.Add(dearmor(f, must(parse(f, key.public).Seal(theSecret))(f)))
	}
	f.Add(dearmor(f, keys[2].public))
	f.Add(dearmor(f, keys[2].private))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if recipients, err := seal.ParseRecipients([]string{block("PGP PUBLIC KEY BLOCK", raw)}, seal.WithClock(clock)); err != nil {
			expectError(t, err, "")
		} else if err := recipients.Trial(); err != nil {
			t.Fatalf("a key that was accepted cannot be sealed to: %v", err)
		}
		sealed := map[string]string{"PGP MESSAGE": keys[2].private, "AGE ENCRYPTED FILE": keys[0].private}
		for kind, private := range sealed {
			if text, err := seal.Open(block(kind, raw), private, ""); err != nil {
				expectError(t, err, "")
			} else if text != theSecret {
				t.Fatalf("opened to %q", text)
			}
		}
		if _, err := seal.Open(must(parse(t, keys[2].public).Seal(theSecret))(t), block("PGP PRIVATE KEY BLOCK", raw), thePhrase); err != nil {
			expectError(t, err, "")
		}
	})
}
