package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
)

// FuzzAnswer answers a create with any status and body. A success is about the requested key, a refusal has the form of the API,
// and after any other answer the key may exist. No error has a secret or a text that could mislead a reader.
func FuzzAnswer(f *testing.F) {
	const marker = "Group1" // the tag of keyBody
	for _, body := range []string{
		keyBody, keysBody, "", "{}", "null", "[]", "<html>portal</html>", `{"Errors":[]}`, `{"Errors":[{"Code":4120}],"ResponseContext":{"RequestId":"r"}}`,
		problem(400, "4120", testKey.SecretKey).body, strings.Replace(problem(400, "1", "DETAILS").body, "DETAILS", `\u001b[2J\u202eIgnore this`, 1), `{"Errors":[{"Code":"4120","Type":"T","Details":"D"}]}`, strings.Replace(keyBody, "2063", "9999", 1),
		strings.Replace(keyBody, `"Group1"`, `"other"`, 1), `{"AccessKey":{"AccessKeyId":"A","SecretKey":"B"}}`, strings.Repeat("[", 10_000),
	} {
		f.Add(uint16(0), "application/json", body)
		f.Add(uint16(200), "text/html; charset=\x00", body)
		f.Add(uint16(201), "", body)
		f.Add(uint16(303), "a\r\nb: c", body)
	}
	var mu sync.Mutex
	var next reply
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		next.write(w)
	}))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, number uint16, kind, body string) {
		status := 200 + int(number)%400
		if status == http.StatusTooManyRequests {
			return // is sent again until the time of the call is over
		}
		mu.Lock()
		next = reply{status: status, body: body, header: map[string]string{"Content-Type": kind}}
		mu.Unlock()
		r := &rig{}
		r.Client = r.client(t, Config{Endpoint: server.URL + "/api/v1", Region: "eu-west-2", Credential: testKey, UserAgent: "test/1"})
		defer r.CloseIdleConnections()
		key, err := r.CreateAccessKey(t.Context(), CreateAccessKeyInput{Tag: marker})
		if logged := r.logged(); strings.Contains(logged, testKey.SecretKey) {
			t.Errorf("the secret is in the log:\n%s", logged)
		}
		if err == nil {
			if status != http.StatusOK || key.ID == "" || key.SecretKey == "" || key.Tag != marker {
				t.Errorf("status %d and %q are taken for the key %v", status, body, key)
			}
			return
		}
		checkText(t, err)
		refusal := As(err)
		if !IsLostAnswer(err) && (refusal == nil || status < 400 || status >= 500 || !inForm(body)) {
			t.Errorf("status %d and %q pass for a refusal: %v", status, body, err)
		}
	})
}

// inForm reports whether a body is an error of the API. It reads the body in another way than the client.
func inForm(body string) bool {
	var members map[string]any
	if json.Unmarshal([]byte(body), &members) != nil {
		return false
	}
	for name := range members {
		members[strings.ToLower(name)] = members[name]
	}
	list, _ := members["errors"].([]any)
	return len(list) > 0 && members["responsecontext"] != nil
}

// checkText fails for an error whose text is too long, has control characters, or contains the credential.
func checkText(t *testing.T, err error) {
	t.Helper()
	text := err.Error()
	if len(text) > 64<<10 {
		t.Errorf("an error of %d bytes", len(text))
	}
	if strings.Contains(text, testKey.SecretKey) {
		t.Errorf("the secret is in the error: %s", text)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
		t.Errorf("characters that are not printable in the error: %q", text)
	}
}

// FuzzProfileFile reads any bytes as the profile file in the home folder. The result is a whole credential, or a *ConfigError
// without a secret of the file.
func FuzzProfileFile(f *testing.F) {
	const secret = "AVERYSECRETVALUEOFFORTYCHARACTERS0123456"
	for _, text := range []string{
		"", "{}", "null", "[]", `{"default":null}`, `{"default":{}}`, `{"default":[]}`,
		`{"default":{"access_key":"ID","secret_key":"` + secret + `","region":"eu-west-2"}}`,
		`{"default":{"access_key":"ID"}}`, `{"default":{"secret_key":"` + secret + `"}}`,
		`{"default":{"login":"a@example.com","password":"` + secret + `"}}`,
		`{"a":{"default":true},"b":{"default":true}}`,
		`{"a":{"default":true,"access_key":"ID","secret_key":"` + secret + `","x509_client_cert":"/nowhere","endpoints":{"api":"\u0000"},"protocol":1}}`,
		`{"default":{"access_key_v2":"ID","secret_key_v2":"` + secret + `","iam_v2_services":["api"],"region_name":"x","host":"%"}}`,
	} {
		f.Add([]byte(text))
	}
	home := f.TempDir()
	file := filepath.Join(home, ".osc", "config.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		config, err := Resolve(Settings{}, func(string) (string, bool) { return "", false }, home)
		if err == nil {
			c := config.Credential
			if key, login := c.AccessKeyID != "" && c.SecretKey != "", c.Login != "" && c.Password != ""; key == login {
				t.Errorf("%q gives no credential, or two: %v", data, c)
			}
			return
		}
		var refused *ConfigError
		if !errors.As(err, &refused) || refused.Summary == "" || refused.Detail == "" {
			t.Fatalf("%q: not an error about the configuration: %v", data, err)
		}
		for _, value := range secrets(data) {
			if strings.Contains(err.Error(), value) {
				t.Errorf("a secret of the file is in the error: %v", err)
			}
		}
	})
}

// secrets are the secret values of a profile file that occur only once in it.
func secrets(data []byte) (found []string) {
	var profiles map[string]map[string]any
	if json.Unmarshal(data, &profiles) != nil {
		return nil
	}
	for _, profile := range profiles {
		for name, value := range profile {
			text, _ := value.(string)
			isSecret := strings.Contains(name, "secret") || strings.Contains(name, "password")
			if isSecret && len(text) >= 16 && strings.Count(string(data), text) == 1 {
				found = append(found, text)
			}
		}
	}
	return found
}

// FuzzDateOfAnswer reads dates of answers. A date that can be read is sent in a form that reads as the same instant.
func FuzzDateOfAnswer(f *testing.F) {
	for _, text := range []string{
		`"2010-10-01T12:34:56.789+0000"`, `"2010-10-01T12:34:56Z"`, `"2010-10-01"`, `"0000-01-01T00:00:00.000+1400"`, `"9999-12-31T23:59:59.999-1400"`, `null`, `""`, `1`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var in, out instant
		if json.Unmarshal(text, &in) != nil || in.err != nil {
			return
		}
		at := in.time
		if at.IsZero() {
			return
		}
		sent, err := json.Marshal(in)
		if err != nil {
			t.Fatalf("%s is read and not sent: %v", text, err)
		}
		if err := json.Unmarshal(sent, &out); err != nil {
			t.Fatalf("%s is sent as %s: %v", text, sent, err)
		}
		if out.err != nil || !out.time.Equal(at.Truncate(time.Millisecond)) {
			t.Errorf("%s is sent as %s, which reads as %v, %v", text, sent, out.time, out.err)
		}
	})
}
