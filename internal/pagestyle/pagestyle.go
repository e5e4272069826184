// Package pagestyle has the style sheet and the content security policy of the report of outscale-keys and of the page of
// outscale-sim. It has no code about keys, so that client and simulator can both import it.
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

// Policy returns a content security policy that allows only one inline style sheet and one inline script, by their hashes, and
// the directives in extra. It forbids inline handlers and style attributes.
func Policy(style, script string, extra ...string) string {
	return strings.Join(append([]string{
		"default-src 'none'", "style-src " + hash(style), "script-src " + hash(script), "base-uri 'none'", "form-action 'none'",
	}, extra...), "; ")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
