package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ShortestSecret is the length, in bytes, of the shortest text that Conceal changes because of a secret.
const ShortestSecret = 40

var (
	// privateKey matches a private key in PEM form, including one with escaped line breaks or without its end.
	privateKey = regexp.MustCompile(`(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)`)
	// token matches texts that look like the secret of an access key or like another secret: long, and without separators.
	token = regexp.MustCompile(`[A-Za-z0-9+/=]{40,}`)
	// secretKey matches the secret of an access key (A41).
	secretKey = regexp.MustCompile(`\b[A-Z0-9]{40}\b`)
)

// Conceal removes secrets from a text for users: private keys, secrets of access keys, and those parts of the given values that
// look like a secret. The given values are those that the user wrote. Conceal escapes their control characters and line breaks,
// and all other control characters of the text except line breaks.
func Conceal(s string, given []string) string {
	var pairs []string
	for _, value := range given {
		if safe := concealTokens(Escape(value)); safe != value {
			pairs = append(pairs, value, safe)
		}
		for _, secret := range tokens(value) {
			pairs = append(pairs, secret, hidden(secret))
		}
	}
	if len(pairs) > 0 {
		s = strings.NewReplacer(pairs...).Replace(s)
	}
	s = privateKey.ReplaceAllString(s, "(a private key)")
	s = secretKey.ReplaceAllStringFunc(s, hidden)
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Escape(lines[i])
	}
	return strings.Join(lines, "\n")
}

// tokens returns the parts of a value that look like secrets.
func tokens(value string) []string {
	if isPublic(value) {
		return nil
	}
	return slices.DeleteFunc(token.FindAllString(value, -1), func(s string) bool { return !isToken(s) })
}

// isPublic reports whether a value is the path of a file, a public key, or the fingerprint of a public key.
func isPublic(value string) bool {
	return slices.ContainsFunc([]string{"/", "age1", "ssh-", "SHA256:"}, func(prefix string) bool { return strings.HasPrefix(value, prefix) })
}

// isToken distinguishes a token from ids and words with slashes between them, each of which has one case.
func isToken(s string) bool {
	return !strings.Contains(s, "/") || slices.ContainsFunc(strings.Split(s, "/"), func(part string) bool {
		return len(part) >= 16 && strings.ToLower(part) != part && strings.ToUpper(part) != part
	})
}

func concealTokens(s string) string {
	for _, secret := range tokens(s) {
		s = strings.ReplaceAll(s, secret, hidden(secret))
	}
	return privateKey.ReplaceAllString(s, "(a private key)")
}

func hidden(s string) string {
	return fmt.Sprintf("(%d characters, not shown)", len(s))
}
