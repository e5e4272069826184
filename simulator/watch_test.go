package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// admin sends one request to the admin port and decodes the answer.
func (r *harness) admin(method, path, body string, into any) int {
	r.t.Helper()
	recorder := httptest.NewRecorder()
	r.AdminHandler().ServeHTTP(recorder, httptest.NewRequest(method, "http://localhost:3001"+path, strings.NewReader(body)))
	if into != nil {
		if err := json.Unmarshal(recorder.Body.Bytes(), into); err != nil {
			r.t.Fatalf("%s %s: %q: %v", method, path, recorder.Body, err)
		}
	}
	return recorder.Code
}

func TestAdmin_requests(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	bob := r.as(r.createKey(`{"UserName":"bob"}`))
	bob.call("ReadUsers", `{}`)
	r.call("CheckAuthentication", `{"Login":"x","Pass\u0077ord":"a-hidden"}`)
	r.call("CheckAuthentication", `{"Login":"x","password":{"SecretKey":["a-hidden"]}}`)
	r.call("ReadUsers", `{"Password":"a-hidden"`)
	r.call("Nonsense", `{}`)
	var got []Request
	if status := r.admin(http.MethodGet, "/requests", "", &got); status != http.StatusOK || len(got) != 7 {
		t.Fatal(status, got)
	}
	for i, want := range []string{
		`CreateUser root 200  {"UserName":"bob"}`,
		`CreateAccessKey root 200  {"UserName":"bob"}`,
		`ReadUsers user:bob 403 4 {}`,
		`CheckAuthentication root 400 4120 {"Login":"x","Password":"(removed)"}`,
		`CheckAuthentication root 400 4045 {"Login":"x","password":"(removed)"}`,
		`ReadUsers root 400 4045 "a body of 22 bytes that is not a JSON object"`,
		` user 400 5011 {}`,
	} {
		if i == 6 {
			want = `  400 5011 {}`
		}
		have := fmt.Sprintf("%s %s %d %s %s", got[i].Action, got[i].Caller, got[i].Status, got[i].Code, got[i].Body)
		if have != want {
			t.Errorf("request %d: %s\nwant %s", i, have, want)
		}
	}
	if !got[0].Time.Equal(epoch) || got[0].AccessKey != rootKey || len(got[0].RequestID) != 36 {
		t.Error(got[0])
	}
	var stats map[string]int
	r.admin(http.MethodGet, "/requests/stats", "", &stats)
	if fmt.Sprint(stats) != "map[:1 CheckAuthentication:2 CreateAccessKey:1 CreateUser:1 ReadUsers:2]" {
		t.Error(stats)
	}
}

func TestRequests_bounded(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Limits.Requests = 3 })
	for i := range 5 {
		r.must("ReadAccessKeys", `{"Tag":"%d"}`, i)
	}
	all := r.Requests()
	if len(all) != 3 || string(all[0].Body) != `{"Tag":"2"}` || string(all[2].Body) != `{"Tag":"4"}` {
		t.Error(all)
	}
	if got := r.Stats()["ReadAccessKeys"]; got != 5 {
		t.Errorf("%d counted", got)
	}
	r.must("ReadAccessKeys", `{"Tag":%q}`, strings.Repeat("x", maxRecordedBody))
	if all := r.Requests(); len(all[2].Body) > 100 {
		t.Errorf("%d bytes of a body kept", len(all[2].Body))
	}
}

func TestAdmin_state(t *testing.T) {
	r := newHarness(t)
	user := r.createUser("bob")
	key := r.createKey(`{"UserName":"bob","ExpirationDate":"2063-04-05","Tag":""}`)
	recorder := httptest.NewRecorder()
	r.AdminHandler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://localhost/state", nil))
	text := recorder.Body.String()
	for _, secret := range []any{rootSecret, key["SecretKey"], rootPassword} {
		if strings.Contains(text, secret.(string)) {
			t.Errorf("the state shows %v", secret)
		}
	}
	state := r.State()
	got := state.AccessKeys[1]
	if got.AccessKeyID != key["AccessKeyId"] || got.UserName != "bob" || got.UserID != user["UserId"] || got.Tag == nil ||
		got.SecretSHA256 != hexHash(key["SecretKey"].(string)) || got.ExpirationDate == nil || got.ExpirationDate.Year() != 2063 {
		t.Errorf("%+v", got)
	}
	if state.Account.Email != DefaultEmail || len(state.Users) != 1 || state.Users[0].UserName != "bob" {
		t.Errorf("%+v", state)
	}
}

func TestAdmin_clock(t *testing.T) {
	r := newHarness(t)
	key := r.createKey(`{"ExpirationDate":"2026-01-03"}`)
	for _, bad := range []string{``, `{"advance":1}`, `{"advance":"x"}`, `{"advance":"-1h"}`, `{"back":"1h"}`, `{"advance":"1h"} 2`} {
		var answer map[string]string
		if status := r.admin(http.MethodPost, "/clock", bad, &answer); status != http.StatusBadRequest || answer["error"] == "" {
			t.Errorf("%s: %d %v", bad, status, answer)
		}
	}
	var answer map[string]time.Time
	if status := r.admin(http.MethodPost, "/clock", `{"advance":"720h"}`, &answer); status != http.StatusOK || !answer["now"].Equal(epoch.Add(720*time.Hour)) {
		t.Error(status, answer)
	}
	// The key has expired, and a client that signs with the real time is still accepted.
	r.as(key).call("ReadAccessKeys", `{}`).refused(http.StatusUnauthorized, "1", "AccessDenied")
	if got := r.call("ReadAccessKeys", `{}`); got.status != http.StatusOK || got.header.Get("Date") != "Sun, 01 Feb 2026 03:04:05 GMT" {
		t.Error(got)
	}
	// So is one that follows the Date header.
	k := r.signer("ReadAccessKeys", `{}`)
	k.timestamp = r.Now().Format(timestampLayout)
	k.day = k.timestamp[:8]
	if got := r.send(k.request(`{}`)); got.status != http.StatusOK {
		t.Error(got)
	}
	// In strict mode, only the latter is accepted.
	r.admin(http.MethodPost, "/clock", `{"advance":"0s","strict":true}`, nil)
	if got := r.send(k.request(`{}`)); got.status != http.StatusOK {
		t.Error(got)
	}
	r.call("ReadAccessKeys", `{}`).refused(http.StatusUnauthorized, "1", "AccessDenied")
	if err := r.Advance(-time.Second); err == nil {
		t.Error("the clock moved back")
	}
	if err := r.Advance(1<<63 - 1); err == nil {
		t.Error("the clock overflowed")
	}
}

func TestAdmin_faultsAndHealth(t *testing.T) {
	r := newHarness(t)
	for _, bad := range []string{`{}`, `[{"kind":"x"}]`, `[{"kind":"latency"}]`, `[{"kind":"latency","latency":"2h"}]`, `[{"kind":"status","probability":2}]`, `[{"kind":"status","chance":1}]`} {
		if status := r.admin(http.MethodPut, "/faults", bad, nil); status != http.StatusBadRequest {
			t.Errorf("%s: %d", bad, status)
		}
	}
	list := `[{"action":"CreateAccessKey","kind":"status","probability":0.2,"times":0,"status":503,"code":"24","latency":"20ms"}]`
	if status := r.admin(http.MethodPut, "/faults", list, nil); status != http.StatusOK {
		t.Error(status)
	}
	var got []Fault
	if r.admin(http.MethodGet, "/faults", "", &got); len(got) != 1 || got[0].Probability != 0.2 {
		t.Error(got)
	}
	if status := r.admin(http.MethodPut, "/faults", `[]`, &got); status != http.StatusOK || len(r.Faults()) != 0 {
		t.Error(status, r.Faults())
	}
	if status := r.admin(http.MethodGet, "/healthz", "", nil); status != http.StatusOK {
		t.Error(status)
	}
	if status := r.admin(http.MethodGet, "/nothing", "", nil); status != http.StatusNotFound {
		t.Error(status)
	}
	if status := r.admin(http.MethodPost, "/state", "", nil); status != http.StatusMethodNotAllowed {
		t.Error(status)
	}
}

func TestAdmin_reset(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"given key":     func(*Options) {},
		"generated key": func(o *Options) { o.RootAccessKey, o.RootSecretKey = "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			r := newHarness(t, change)
			if generated := r.GeneratedSecret(); generated != "" {
				r.keyID, r.secret = r.RootAccessKey(), generated
			}
			first := r.createKey(`{}`)
			r.createUser("bob")
			r.must("DeleteAccessKey", `{"AccessKeyId":%q}`, r.keyID)
			r.call("ReadUsers", `{}`)
			if err := r.SetFaults([]Fault{{Kind: "status"}}); err != nil {
				t.Fatal(err)
			}
			if err := r.Advance(time.Hour); err != nil {
				t.Fatal(err)
			}
			if status := r.admin(http.MethodPost, "/reset", "", nil); status != http.StatusOK {
				t.Fatal(status)
			}
			if len(r.Requests())+len(r.Stats())+len(r.Faults())+len(r.State().Users) != 0 || !r.Now().Equal(epoch) {
				t.Error(r.Requests(), r.Stats(), r.Faults(), r.State(), r.Now())
			}
			if keys := r.keys(`{}`); len(keys) != 1 || keys[0]["AccessKeyId"] != r.keyID { // the same root key signs
				t.Error(keys)
			}
			if again := r.createKey(`{}`); name == "given key" && again["AccessKeyId"] != first["AccessKeyId"] {
				t.Error("ids do not start again")
			}
		})
	}
}
