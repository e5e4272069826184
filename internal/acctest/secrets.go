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

// secretShape matches a secret key (A41).
var secretShape = regexp.MustCompile(`[A-Z0-9]{40}`)

// Secrets returns the secrets in a text that belong to existing access keys of the account. It finds them by their hashes, because
// the simulator does not reveal secrets.
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

// Absent returns an error if one of the secrets is in the text, in clear or in a usual encoding.
func Absent(where string, text []byte, secrets ...string) error {
	all := string(text) // converted once: a log has many MiB, and a secret has dozens of forms
	for i, secret := range secrets {
		for _, form := range forms(secret) {
			if at := strings.Index(all, form.text); at >= 0 {
				// The error has a number in place of the secret, because tests print it.
				return fmt.Errorf("%s has secret number %d (%s) at byte %d", where, i, form.name, at)
			}
		}
	}
	return nil
}

type form struct{ name, text string }

// forms returns a secret in clear and in the usual encodings. The clear form is first, because other forms can be equal to it.
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
	// For most secrets, both alphabets of base64 and most ways to escape give the same text.
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(f form) bool {
		twice := seen[f.text]
		seen[f.text] = true
		return twice
	})
}

// encoded returns the base64 of a text as it occurs in the base64 of a longer text, in both alphabets. There is one row for each start
// of the text modulo 3. The first and last characters are left out, because they also depend on the surrounding text.
func encoded(text string) []string {
	var rows []string
	for before := range 3 {
		whole := (before + len(text)) / 3 * 4 // the length of the groups of four without characters after the text
		raw := []byte(strings.Repeat("\x00", before) + text)
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			rows = append(rows, alphabet.EncodeToString(raw)[(before*8+5)/6:whole])
		}
	}
	return rows
}
