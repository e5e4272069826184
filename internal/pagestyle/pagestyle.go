// Package pagestyle is the look that the report of outscale-keys and the page of outscale-sim share, and the content
// security policy of such a page. It knows nothing of keys, so that client and simulator can both use it.
package pagestyle

import (
	"crypto/sha256"
	_ "embed" // the style sheet
	"encoding/base64"
	"strings"
)

// CSS is the style sheet: colours for light and dark, text, buttons, filters, severities and print.
//
//go:embed style.css
var CSS string

// Policy returns a content security policy that allows nothing but one inline style sheet and one inline script, known by
// their hashes, and the directives in extra. It has no effect on attributes of the page: inline handlers and styles are
// refused.
func Policy(style, script string, extra ...string) string {
	return strings.Join(append([]string{
		"default-src 'none'", "style-src " + hash(style), "script-src " + hash(script), "base-uri 'none'", "form-action 'none'",
	}, extra...), "; ")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
