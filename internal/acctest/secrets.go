package acctest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secretShape is what a secret key looks like (reference, A41).
var secretShape = regexp.MustCompile(`[A-Z0-9]{40}`)

// Secrets finds in a text every secret key that the world's API ever gave to a key that still exists, by its hash: the
// simulator itself tells no secret.
func (a *Account) Secrets(text []byte) []string {
	hashes := map[string]bool{}
	for _, key := range a.Simulator.State().AccessKeys {
		hashes[key.SecretSHA256] = true
	}
	var found []string
	for at := 0; at+40 <= len(text); at++ {
		if candidate := text[at : at+40]; secretShape.Match(candidate) {
			sum := sha256.Sum256(candidate)
			if hashes[hex.EncodeToString(sum[:])] {
				found = append(found, string(candidate))
			}
		}
	}
	return found
}

// Absent reports an error when one of the secrets is in the text, in any of the forms a program writes it.
func Absent(where string, text []byte, secrets ...string) error {
	all := string(text) // once: a log has many MiB, and a secret dozens of forms
	for i, secret := range secrets {
		for _, form := range forms(secret) {
			if at := strings.Index(all, form.text); at >= 0 {
				// The secret itself must not get into the test's output either.
				return fmt.Errorf("%s holds secret number %d (%s) at byte %d", where, i, form.name, at)
			}
		}
	}
	return nil
}

type form struct{ name, text string }

// forms are the ways in which programs write a secret. The plain one comes first: some of the others may be the same.
func forms(secret string) []form {
	all := []form{
		{"as it is", secret},
		{"hexadecimal", hex.EncodeToString([]byte(secret))},
		{"url escaped", url.QueryEscape(secret)},
	}
	for _, once := range encoded(secret) {
		all = append(all, form{"base64", once})
		for _, twice := range encoded(once) {
			all = append(all, form{"base64 in base64", twice})
		}
	}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, form{"json escaped", strings.Trim(string(quoted), `"`)})
	}
	// Both alphabets of base64, and most ways of escaping, write most secrets alike.
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(f form) bool {
		twice := seen[f.text]
		seen[f.text] = true
		return twice
	})
}

// encoded are the characters that stand for a text in the base64 of anything the text is a part of: one row for each of
// the three places, modulo 3, that it can begin at, in both alphabets. The first and last characters also depend on
// what is around the text, and are left out.
func encoded(text string) []string {
	var rows []string
	for before := range 3 {
		whole := (before + len(text)) / 3 * 4 // of the groups of four that hold nothing from behind the text
		raw := []byte(strings.Repeat("\x00", before) + text)
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			rows = append(rows, alphabet.EncodeToString(raw)[(before*8+5)/6:whole])
		}
	}
	return rows
}
