// Package text makes texts of another origin safe to show: an error detail of the API, a name in a list, the answer of a proxy.
// Such a text can have control sequences of a terminal, or look like a message of this program.
package text

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted is the largest number of bytes that Quote shows.
const maxQuoted = 500

// Quote returns s in quotation marks, and escapes every character that is not printable: control characters, line breaks, marks
// that change the direction of writing, invalid UTF-8. It cuts a long text.
func Quote(s string) string {
	rest := ""
	if len(s) > maxQuoted {
		cut := maxQuoted
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		rest = " and " + strconv.Itoa(len(s)-cut) + " more bytes"
		s = s[:cut]
	}
	return strconv.Quote(s) + rest
}

// word matches ids, codes and types. One type of error has a word in parentheses.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/+=@-]{0,99}( \([A-Za-z0-9_.-]{1,50}\))?$`)

// Word returns s unchanged if it is one word, such as an id, a code or a type, and quoted otherwise.
func Word(s string) string {
	if word.MatchString(s) {
		return s
	}
	return Quote(s)
}

// Escape returns s without quotation marks, and escapes every character that is not printable. It is for sentences of this
// program that may repeat a text of another origin.
func Escape(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r != utf8.RuneError && unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// Count returns a number with its noun: "1 key", "2 keys". The plural of the noun must end in "s".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
