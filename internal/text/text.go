// Package text makes text that somebody else wrote fit to be shown: an error detail of the API, the name in a list, the
// body of a proxy. Such text can hold control sequences of a terminal, or pose as words of this program.
package text

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxQuoted is how much of a text is shown, in bytes.
const maxQuoted = 500

// Quote returns s in quotation marks, with everything escaped that is not a printable character: control characters, line
// breaks, marks that change the direction of writing, invalid UTF-8. A long text is cut.
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

// word is what ids, codes and types look like. One type of error has a word in brackets.
var word = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/+=@-]{0,99}( \([A-Za-z0-9_.-]{1,50}\))?$`)

// Word returns s as it is where it is one word, as ids, codes and types are, and quoted otherwise.
func Word(s string) string {
	if word.MatchString(s) {
		return s
	}
	return Quote(s)
}

// Escape returns s with everything escaped that is not a printable character, without quotation marks. It is for sentences
// of this program that may repeat something.
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

// Count is a number with its noun, which takes an "s" unless there is one: "1 key", "2 keys".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
