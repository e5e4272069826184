package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// Level is the level of a log line.
type Level int

// The levels, the most detailed first.
const (
	LevelTrace Level = iota // bodies, redacted
	LevelDebug              // one line per call
	LevelInfo               // waits: throttled, retrying
	LevelWarn
)

// Log receives the log lines of the client. They have no secrets.
type Log func(ctx context.Context, level Level, msg string, fields map[string]any)

// logBody logs a line with a redacted body. If nothing receives the line it does nothing, because redacting takes as long as
// decoding the body.
func (c *Client) logBody(ctx context.Context, msg string, body []byte, fields map[string]any) {
	if c.config.Log == nil || c.config.NoBodies {
		return
	}
	fields["body"] = c.redact.body(body)
	c.log(ctx, LevelTrace, msg, fields)
}

const redacted = "(redacted)"

// redactor removes secrets from logs and errors. It consists of functions, so that no formatting verb can print the secrets.
type redactor struct {
	// text removes the client's own credential from a text, in every form that a gateway may echo.
	text func(string) string
	// body returns the text of a body for the log. It removes the value of every member whose name is that of a secret, a
	// password or an authorization, and what looks like a secret in other members. Of a body that is not JSON it gives only
	// the length.
	body func([]byte) string
}

func newRedactor(own Credential) redactor {
	var forms []string
	for _, secret := range []string{own.SecretKey, own.Password} {
		if secret == "" {
			continue
		}
		forms = append(forms, encodings(secret)...)
		pair := []byte(own.AccessKeyID + own.Login + ":" + secret) // as in a Basic header
		forms = append(forms, base64.RawStdEncoding.EncodeToString(pair), base64.RawURLEncoding.EncodeToString(pair))
	}
	// A form may begin with another one, so the longest is removed first.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range forms {
		pairs = append(pairs, form, redacted)
	}
	clean := strings.NewReplacer(pairs...).Replace
	return redactor{text: clean, body: func(body []byte) string {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil || dec.More() {
			return fmt.Sprintf("(%d bytes, not JSON)", len(body))
		}
		shown, err := json.Marshal(redactValue(v, clean))
		if err != nil {
			return fmt.Sprintf("(%d bytes)", len(body))
		}
		return string(shown)
	}}
}

// encodings returns the forms in which a secret may be echoed: as it is, in JSON, in JSON within JSON, in a URL, in base64.
func encodings(secret string) []string {
	forms := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret),
		base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
	for _, quote := range []func(string) string{quoteJSON, strconv.QuoteToASCII} {
		inner := secret
		for range 3 {
			inner = quote(inner)
			inner = inner[1 : len(inner)-1]
			forms = append(forms, inner, unescapeHTML(inner))
		}
	}
	return forms
}

func quoteJSON(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s)
	}
	return string(quoted)
}

// unescapeHTML undoes the HTML escapes of encoding/json.
func unescapeHTML(s string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

func redactValue(v any, clean func(string) string) any {
	switch v := v.(type) {
	case map[string]any:
		shown := make(map[string]any, len(v))
		for name, member := range v {
			if namesSecret(name) {
				shown[clean(name)] = redacted
			} else {
				shown[clean(name)] = redactValue(member, clean)
			}
		}
		return shown
	case []any:
		for i := range v {
			v[i] = redactValue(v[i], clean)
		}
	case string:
		if v = clean(v); len(v) >= text.ShortestSecret { // most are shorter, and a search takes time
			v = text.Conceal(v, []string{v}) // a secret in a name or a tag, by mistake
		}
		return v
	}
	return v
}

// namesSecret reports whether the name of a member is that of a secret.
func namesSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "password", "authorization", "token"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
