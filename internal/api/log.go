package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// Level says how loud a log line is.
type Level int

// The levels, quietest first.
const (
	LevelTrace Level = iota // bodies, redacted
	LevelDebug              // one line a call
	LevelInfo               // waiting: throttled, retrying
	LevelWarn
)

// Log receives what the client does. It is handed values that hold no secret.
type Log func(ctx context.Context, level Level, msg string, fields map[string]any)

const redacted = "(redacted)"

// redactor returns the one function through which a body may reach the log. Members whose name speaks of a secret, a
// password or an authorization lose their value, wherever they are; what is not JSON is only counted; and the client's
// own secret is removed even where nobody expects it. The secrets live in a closure so that no formatting verb meets them.
func redactor(own Credential) func(body []byte) string {
	var pairs []string
	for _, secret := range []string{own.SecretKey, own.Password} {
		if secret != "" {
			pairs = append(pairs, secret, redacted)
		}
	}
	scrub := strings.NewReplacer(pairs...)
	return func(body []byte) string {
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil || dec.More() {
			return fmt.Sprintf("(%d bytes, not JSON)", len(body))
		}
		clean, err := json.Marshal(redactValue(v))
		if err != nil {
			return fmt.Sprintf("(%d bytes)", len(body))
		}
		return scrub.Replace(string(clean))
	}
}

func redactValue(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if speaksOfSecret(name) {
				v[name] = redacted
			} else {
				v[name] = redactValue(member)
			}
		}
	case []any:
		for i := range v {
			v[i] = redactValue(v[i])
		}
	}
	return v
}

func speaksOfSecret(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"secret", "password", "authorization", "token"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
