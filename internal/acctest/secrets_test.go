package acctest

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
)

// TestAbsent_eachForm: the search finds a secret in each form.
func TestAbsent_eachForm(t *testing.T) {
	const secret = `a&b"c/d+e:a long one`
	for form, text := range map[string]string{
		"as it is":                   secret,
		"base64":                     base64.StdEncoding.EncodeToString([]byte(secret)),
		"url base64":                 base64.URLEncoding.EncodeToString([]byte(secret)),
		"a part of base64, one on":   base64.StdEncoding.EncodeToString([]byte(`{"secret":"` + secret + `"}`)),
		"a part of base64, two on":   base64.StdEncoding.EncodeToString([]byte(`{"secret": "` + secret + `"}`)),
		"a part of base64, in place": base64.RawURLEncoding.EncodeToString([]byte(`{"a_secret": "` + secret + `"}`)),
		"base64 of base64":           base64.StdEncoding.EncodeToString([]byte("x" + base64.StdEncoding.EncodeToString([]byte(`{"secret": "`+secret+`"}`)))),
		"hexadecimal":                hex.EncodeToString([]byte(secret)),
		"url escaped":                url.QueryEscape(secret),
		"json escaped":               `a\u0026b\"c/d+e:a long one`,
	} {
		err := Absent("the log", []byte("before "+text+" after"), "another", secret)
		if err == nil {
			t.Errorf("%s is not found", form)
			continue
		}
		if strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "number 1") {
			t.Errorf("%s: %v", form, err)
		}
	}
	if err := Absent("the log", []byte("nothing here"), secret); err != nil {
		t.Error(err)
	}
}

// TestSecrets_byHash: secrets are found by their hashes, anywhere in a text.
func TestSecrets_byHash(t *testing.T) {
	a := NewAccount(t)
	if found := a.Secrets([]byte(`{"a":"` + a.RootSecretKey + `","b":"` + strings.Repeat("A", 40) + `"}`)); len(found) != 1 || found[0] != a.RootSecretKey {
		t.Errorf("%d secrets found, want one", len(found))
	}
}

func TestPlain_withoutFrames(t *testing.T) {
	if got := plain("╷\n│ Error: broken\n│ \n│ one\n│   two\n╵\n"); got != "Error: broken one two" {
		t.Errorf("%q", got)
	}
}
