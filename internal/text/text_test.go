package text

import (
	"strings"
	"testing"
)

var hostile = map[string]string{
	"\x1b[2J\x1b[31mApply complete!": `\x1b[2J\x1b[31mApply complete!`,
	"line\r\nline\x00":               `line\r\nline\x00`,
	"abc\u202edef":                   `abc\u202edef`,
	"zero\u200bwidth\ufeff":          `zero\u200bwidth\ufeff`,
	"\u009b31m":                      `\u009b31m`,
}

func TestQuote_controlCharacters(t *testing.T) {
	for in, want := range hostile {
		if got := Quote(in); got != `"`+want+`"` {
			t.Errorf("%q: %s, want %q", in, got, want)
		}
		if got := Escape(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
		if got := Word(in); got != `"`+want+`"` {
			t.Errorf("%q as a word: %s", in, got)
		}
	}
	if got := Quote("a \"b\" é\xff"); got != `"a \"b\" é\xff"` {
		t.Errorf("%s", got)
	}
	if got := Escape("the user \"é\" failed"); got != "the user \"é\" failed" {
		t.Errorf("%s", got)
	}
}

func TestQuote_long(t *testing.T) {
	for _, unit := range []string{"x", "é", "\x80"} {
		got := Quote(strings.Repeat(unit, 10000))
		if len(got) > 5*maxQuoted || !strings.HasSuffix(got, "more bytes") {
			t.Errorf("%d bytes of %q: %s", len(got), unit, got[len(got)-30:])
		}
	}
}

func TestWord_asItIs(t *testing.T) {
	for s, plain := range map[string]bool{
		"TooManyResources (QuotaExceded)": true, "2d3016ea-5e06-422f-8508-a6ab22e5c9d4": true, "4120": true, "orn:ows:idauth::1:policy/x": true,
		"": false, "Apply complete": false, "text/html; charset=utf-8": false, "-rf": false, "a (b) (c)": false,
	} {
		if got := Word(s); (got == s) != plain {
			t.Errorf("%q: %s", s, got)
		}
	}
}
