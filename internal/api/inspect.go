package api

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// part is the kind of a value of a credential.
type part int

const (
	keyID part = iota
	keySecret
	login
	password
)

// inspect returns what is wrong with a value of a credential, or "". The text does not repeat the value. A value is checked
// before it is sent, because a refused credential counts towards the lock-out.
func inspect(p part, value string) (why string) {
	first, _ := utf8.DecodeRuneInString(value)
	last, _ := utf8.DecodeLastRuneInString(value)
	switch {
	case value == "":
		return ""
	case strings.Contains(value, "-----BEGIN "):
		return "is a PEM block"
	case last == '\n' || last == '\r':
		return "ends with a line break"
	case strings.IndexFunc(value, unicode.IsControl) >= 0:
		return "contains a line break or another control character"
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	case p == password:
		return "" // all other characters may be part of it
	case isBlank(first):
		return "begins with white space"
	case isBlank(last):
		return "ends with white space"
	case len(value) > 1 && first == last && strings.ContainsRune("\"'`", first):
		return "is in quotation marks"
	case strings.Contains(value, "${"), strings.Contains(value, "$("), p != login && strings.ContainsAny(value, "<>$"):
		return "contains a placeholder or a variable that was not replaced"
	case strings.IndexFunc(value, isBlank) >= 0:
		return "contains white space"
	case p == login && strings.Contains(value, ":"):
		return "contains a colon, which ends a login"
	case p == keyID && !keyIDShape.MatchString(value):
		return "contains a character that is not allowed in an access key id"
	case p == keySecret && strings.IndexFunc(value, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
		return "contains a character that is not ASCII"
	}
	return ""
}

var keyIDShape = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// The lengths of an id and a secret (A41). Another length is not refused: there are newer kinds of keys.
const (
	keyIDLength     = 20
	keySecretLength = 40
)

func isBlank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }

// shown returns a value for an error. It quotes a name, an address or a path. Any other value is only described, because a
// value in the wrong argument is often a secret.
func shown(value string) string {
	if what := looksLike(value); what != "" {
		return what
	}
	return text.Quote(value)
}

// looksLike describes a value that must not be shown. It returns "" for any other.
func looksLike(value string) string {
	trimmed := strings.TrimLeftFunc(value, isBlank)
	switch {
	case strings.Contains(value, "-----BEGIN "):
		return "a PEM block"
	case strings.HasPrefix(trimmed, "{"), strings.HasPrefix(trimmed, "["):
		return "JSON"
	case strings.ContainsAny(value, "\r\n"):
		return "a text of several lines"
	case strings.ContainsAny(value, "?#@="):
		return "a value with a query, a password or a token in it"
	case len(value) > 200, tokenShape.MatchString(value) && !strings.HasPrefix(value, "/"):
		return fmt.Sprintf("a value of %d characters that looks like a secret", utf8.RuneCountInString(value))
	}
	return ""
}

// tokenShape matches values that look like a secret: long, and without the separators of names, addresses and paths.
var tokenShape = regexp.MustCompile(`^[A-Za-z0-9+/]{16,}$|[A-Za-z0-9+/]{40,}`)

// notAPath returns why a value cannot be the path of a file, or "".
func notAPath(value string) string {
	what := looksLike(value)
	switch {
	case strings.HasPrefix(value, "pkcs11:"):
		return "names a smart card, which is not supported: it must be the path of a file"
	case strings.Contains(value, "://"):
		return "is a URL, but must be the path of a file"
	case what == "" || strings.HasPrefix(what, "a value"):
		return ""
	}
	return "is " + what + ", but must be the path of a file"
}
