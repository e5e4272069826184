package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// No level of the log has a secret: that of a new key, that of the client, a signature or a password.
func TestLog_noSecret(t *testing.T) {
	for name, cred := range map[string]Credential{
		"key":   testKey,
		"login": {Login: "me@example.com", Password: "my-password"},
	} {
		// An answer that a careless gateway could give: what was sent, echoed, with our own secret in a harmless member.
		own := cred.SecretKey + cred.Password
		echo := `{"AccessKeys":[{"AccessKeyId":"AK","SecretKey":"another-secret","Tag":"` + own + `"}],"Debug":{"Authorization":"AWS4 sig","ClientPassword":["p4ss"]}}`
		r := newRig(t, ok(keyBody), ok(echo), reply{status: 502, body: "<html>" + own + "</html>"}, problem(401, "1", ""))
		c := r.client(t, Config{Endpoint: r.server.URL + "/api/v1", Credential: cred})
		created, err := c.CreateAccessKey(context.Background(), CreateAccessKeyInput{Tag: "Group1"})
		if err != nil || created.SecretKey != "the-new-secret" {
			t.Fatal(err)
		}
		_, _ = c.ReadAccessKeys(context.Background(), ReadAccessKeysInput{})
		errs := []error{actions["CreateUser"](c, context.Background()), actions["ReadAccessKeys"](c, context.Background())}

		all := r.logged() + fmt.Sprintf("%v %+v %v %+v %#v %s", errs, errs, c, c, created, cred) + fmt.Sprintf("%#v %+v", cred, Config{Credential: cred})
		secrets := []string{"the-new-secret", "another-secret", "p4ss", own, "AWS4", "Signature="}
		for _, head := range r.heads {
			secrets = append(secrets, head.Get("Authorization"))
		}
		if cred.Login != "" {
			secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte(cred.Login+":"+cred.Password)))
		}
		for _, secret := range secrets {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q shows in\n%s", name, secret, all)
			}
		}
		// The log has the bodies, without their secrets.
		for _, want := range []string{"NEWKEY", `"SecretKey":"(redacted)"`, "Group1", `"Tag":"Group1"`, "not JSON"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is missing in\n%s", name, want, all)
			}
		}
	}
}

// Each attempt has one DEBUG line with the facts that a support case needs.
func TestLog_line(t *testing.T) {
	r := newRig(t, problem(500, "0", ""), ok(keysBody))
	if err := actions["ReadAccessKeys"](r.Client, context.Background()); err != nil {
		t.Fatal(err)
	}
	var debug []line
	for _, l := range r.lines {
		if l.level == LevelDebug {
			debug = append(debug, l)
		}
	}
	if len(debug) != 2 {
		t.Fatalf("%d lines: %s", len(debug), r.logged())
	}
	for i, want := range []map[string]any{
		{"action": "ReadAccessKeys", "attempt": 1, "status": 500, "request_id": "2d3016ea"},
		{"action": "ReadAccessKeys", "attempt": 2, "status": 200, "request_id": "r"},
	} {
		for name, value := range want {
			if debug[i].fields[name] != value {
				t.Errorf("line %d: %s = %v, want %v", i, name, debug[i].fields[name], value)
			}
		}
		if _, ok := debug[i].fields["duration_ms"]; !ok {
			t.Errorf("line %d has no duration", i)
		}
	}
}

func TestLog_redact(t *testing.T) {
	redact := newRedactor(Credential{SecretKey: "own"}).body
	for in, want := range map[string]string{
		`{"Login":"me","Password":"x"}`:                      `{"Login":"me","Password":"(redacted)"}`,
		`[{"a":{"secretkey":{"b":1}}}]`:                      `[{"a":{"secretkey":"(redacted)"}}]`,
		`{"n":12345678901234567890}`:                         `{"n":12345678901234567890}`,
		`{"own":"own"}`:                                      `{"(redacted)":"(redacted)"}`,
		`{"Tag":"QWERTYUIOPASDFGHJKLZXCVBNM0123456789QWER"}`: `{"Tag":"(40 characters, not shown)"}`,
		`{"Tags":["-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n"]}`: `{"Tags":["(a private key)\\n"]}`,
		`{} {"SecretKey":"x"}`: `(20 bytes, not JSON)`,
		`SecretKey=x`:          `(11 bytes, not JSON)`,
		``:                     `(0 bytes, not JSON)`,
	} {
		if got := redact([]byte(in)); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// Headers are never logged, so there is no list of secret headers.
func TestLog_noHeader(t *testing.T) {
	r := &rig{}
	r.serve(t, func(w http.ResponseWriter, _ *http.Request, _ int) {
		w.Header().Set("Set-Cookie", "session=cookie-value")
		_, _ = w.Write([]byte(keysBody))
	})
	if err := actions["ReadAccessKeys"](r.Client, context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"cookie-value", r.heads[0].Get("X-Amz-Date"), "test/1"} {
		if value == "" || strings.Contains(r.logged(), value) {
			t.Errorf("%q shows in %s", value, r.logged())
		}
	}
}
