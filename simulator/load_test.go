package simulator

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// loaded starts a simulator with the objects of a text.
func loaded(t *testing.T, text string, change ...func(*Options)) *harness {
	t.Helper()
	objects, err := ReadSnapshot(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return newHarness(t, append(change, func(o *Options) { o.Objects = objects })...)
}

// state returns the answer of GET /state.
func (r *harness) state() string {
	r.t.Helper()
	recorder := httptest.NewRecorder()
	r.AdminHandler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://localhost/state", nil))
	return recorder.Body.String()
}

func TestLoad_roundTrip(t *testing.T) {
	r := newHarness(t)
	ca := newAuthority(t, "ca")
	r.inOrder(
		func() { r.createUser("bob") },
		func() { r.must("CreateUser", `{"UserName":"eve","Path":"/a/b/","UserEmail":"eve@example.com"}`) },
		func() { r.createGroup("ops") },
		func() { r.must("AddUserToUserGroup", `{"UserGroupName":"ops","UserName":"bob"}`) },
		func() {
			r.must("PutUserPolicy", `{"UserName":"eve","PolicyName":"own","PolicyDocument":%q}`, allowReads)
		},
		func() {
			r.must("PutUserGroupPolicy", `{"UserGroupName":"ops","PolicyName":"own","PolicyDocument":%q}`, denyAll)
		},
		func() { r.must("EnableOutscaleLoginPerUsers", `{"UserNames":["eve"]}`) },
		func() { r.must("UpdateAccount", `{"City":"Paris","AdditionalEmails":["a@example.com"]}`) },
		func() {
			r.must("UpdateApiAccessPolicy", `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false}`)
		},
		func() {
			r.createKey(`{"UserName":"bob","Tag":"t","ExpirationDate":%q}`, printDate(epoch.Add(time.Hour)))
		},
		func() { r.createKey(`{}`) },
	)
	orn := r.createPolicy("read", allowReads)
	r.must("CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q,"SetAsDefault":true}`, orn, allowAll)
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"eve"}`, orn)
	r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"ops"}`, orn)
	r.must("LinkPolicy", `{"PolicyOrn":"orn:ows:idauth::000000000000:policy/ows/ReadOnly","UserName":"bob"}`)
	id := r.createCA(ca.pem)
	r.must("CreateApiAccessRule", `{"CaIds":[%q],"Cns":["client"],"IpRanges":["192.0.2.0/24"],"Description":"d"}`, id)
	want := r.state()

	again := loaded(t, want, func(o *Options) { o.Now, o.Seed = r.clock.now, 8 })
	if got := again.state(); got != want {
		t.Errorf("loaded:\n%s\nwant:\n%s", got, want)
	}
	// A reset returns to the loaded objects.
	again.must("CreateUser", `{"UserName":"new"}`)
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := again.state(); got != want {
		t.Errorf("after a reset:\n%s\nwant:\n%s", got, want)
	}
}

func TestLoad_keyWithoutSecret(t *testing.T) {
	r := newHarness(t)
	bob := r.userWithKey("bob")
	var state Snapshot
	if err := json.Unmarshal([]byte(r.state()), &state); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{bob.secret, ""} {
		again := loaded(t, r.state())
		as := again.as(map[string]any{"AccessKeyId": bob.keyID, "SecretKey": secret})
		as.expect("401/1", "ReadAccessKeys", `{}`)
		calls := again.Requests()
		if last := calls[len(calls)-1]; !strings.Contains(last.Reason, "without its secret") || last.Caller != "" {
			t.Errorf("%+v", last)
		}
	}
	// With its secret in addition to the hash, it signs; the state never has it.
	for i := range state.AccessKeys {
		if state.AccessKeys[i].AccessKeyID == bob.keyID {
			state.AccessKeys[i].SecretKey = bob.secret
		}
	}
	again := newHarness(t, func(o *Options) { o.Objects = &state })
	again.as(map[string]any{"AccessKeyId": bob.keyID, "SecretKey": bob.secret}).expect("403/4", "ReadUsers", `{}`)
	if text := again.state(); strings.Contains(text, bob.secret) || strings.Contains(text, "SecretKey") {
		t.Error("the state has a secret")
	}
}

func TestLoad_byHand(t *testing.T) {
	r := loaded(t, `{
		"users": [{"UserName": "bob", "UserGroups": ["ops"]}, {"UserName": "eve", "PolicyOrns": ["read"]}],
		"user_groups": [{"Name": "ops", "PolicyOrns": ["orn:ows:idauth::000000000000:policy/ows/FullAccess"]}],
		"policies": [{"PolicyName": "read", "Versions": [{"VersionId": "v1", "Body": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"api:Read*\"],\"Resource\":[\"*\"]}]}"}]}],
		"access_keys": [
			{"AccessKeyId": "BOB", "SecretKey": "bobs", "UserName": "bob"}, {"AccessKeyId": "EVE", "SecretKey": "eves", "UserName": "eve"},
			{"AccessKeyId": "OFF", "SecretKey": "off", "UserName": "eve", "State": "INACTIVE"}, {"UserName": "eve", "Tag": "of nobody"}]
	}`)
	r.clock.move(time.Second)
	for _, c := range []struct{ key, secret, want, user string }{
		{"BOB", "bobs", "200", "by-bob"}, {"EVE", "eves", "403/4", "by-eve"}, {"OFF", "off", "401/1", "by-off"}, {rootKey, rootSecret, "200", "by-root"},
	} {
		as := r.as(map[string]any{"AccessKeyId": c.key, "SecretKey": c.secret})
		as.expect(c.want, "CreateUser", `{"UserName":%q}`, c.user)
		r.clock.move(time.Second)
	}
	r.equal("users", column(r.must("ReadUsers", `{}`), "Users", "UserName"), "bob eve by-bob by-root")
	if keys := r.State().AccessKeys; len(keys) != 5 || len(keys[4].AccessKeyID) != 20 && len(keys[0].AccessKeyID) != 20 {
		t.Errorf("%+v", keys)
	}
}

func TestLoad_refused(t *testing.T) {
	document := `"Body": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"*\"],\"Resource\":[\"*\"]}]}"`
	for text, want := range map[string]string{
		`{"account": {"AccountId": "12"}}`:                                                     "12 digits",
		`{"account": {"Email": "x"}}`:                                                          "not an e-mail",
		`{"users": [{"UserName": "a b"}]}`:                                                     `user a b: the name must`,
		`{"users": [{"UserName": "bob"}, {"UserName": "bob"}]}`:                                "another one has the same name",
		`{"users": [{"UserName": "bob", "Path": "x"}]}`:                                        `the path "x"`,
		`{"users": [{"UserName": "bob", "UserId": "A/B"}]}`:                                    `the id "A/B"`,
		`{"users": [{"UserName": "bob", "UserGroups": ["x"]}]}`:                                `user bob: there is no group "x"`,
		`{"users": [{"UserName": "bob", "PolicyOrns": ["x"]}]}`:                                `there is no policy "x"`,
		`{"user_groups": [{"Name": "ops", "UserNames": ["x"]}]}`:                               `group ops: there is no user "x"`,
		`{"policies": [{"PolicyName": "p"}]}`:                                                  "1 to 5 versions",
		`{"policies": [{"PolicyName": "p", "Versions": [{"VersionId": "v1", "Body": "{}"}]}]}`: "policy p: version v1",
		`{"policies": [{"PolicyName": "p", "Versions": [{"VersionId": "1", ` + document + `}, {"VersionId": "v1", ` + document + `}]}]}`: "in this order",
		`{"policies": [{"PolicyName": "p", "PolicyDefaultVersionId": "v2", "Versions": [{"VersionId": "v1", ` + document + `}]}]}`:       `default version "v2"`,
		`{"inline_policies": [{"UserName": "x", "PolicyName": "p", ` + document + `}]}`:                                                  "it needs one owner",
		`{"access_keys": [{"AccessKeyId": "K", "UserName": "x"}]}`:                                                                       `access key K: there is no user "x"`,
		`{"access_keys": [{"AccessKeyId": "K", "State": "on"}]}`:                                                                         `the state "on"`,
		`{"access_keys": [{"AccessKeyId": "K", "SecretSHA256": "xy"}]}`:                                                                  "not the hash",
		`{"access_keys": [{"AccessKeyId": "K", "SecretKey": "s", "SecretSHA256": "` + strings.Repeat("0", 64) + `"}]}`:                   "not the hash of its secret",
		`{"access_keys": [{"AccessKeyId": "` + rootKey + `", "SecretSHA256": "` + strings.Repeat("0", 64) + `"}]}`:                       "not the hash of its secret",
		`{"users": [{"UserName": "bob"}], "access_keys": [{"AccessKeyId": "` + rootKey + `", "UserName": "bob"}]}`:                       "cannot belong to a user",
		`{"access_keys": [{"AccessKeyId": "K"}, {"AccessKeyId": "K"}]}`:                                                                  `the id "K" is not valid, or another object has it`,
		`{"cas": [{"CaPem": "x"}]}`:                   "not a certificate",
		`{"api_access_rules": [{"IpRanges": ["x"]}]}`: "neither an address",
		`{"api_access_rules": [{"CaIds": ["x"]}]}`:    `there is no CA "x"`,
		`{"api_access_rules": [{}]}`:                  "it needs IpRanges",
	} {
		objects, err := ReadSnapshot(strings.NewReader(text))
		if err != nil {
			t.Fatal(text, err)
		}
		sim, err := New(Options{RootAccessKey: rootKey, RootSecretKey: rootSecret, Objects: objects})
		if err == nil {
			_ = sim.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for text, want := range map[string]string{``: "not a state", `[]`: "not a state", `{"user": []}`: "unknown field", `{} {}`: "does not end after the state"} {
		if _, err := ReadSnapshot(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Objects are for a new account: a start with data that has an account does not load them.
func TestLoad_dataWithAccount(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sim.db")
	in := func(o *Options) { o.DataFile = file }
	r := loaded(t, `{"users": [{"UserName": "bob"}], "access_keys": [{"AccessKeyId": "K", "SecretSHA256": "`+strings.Repeat("0", 64)+`"}]}`, in)
	r.must("DeleteUser", `{"UserName":"bob"}`)
	want := r.State()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again := loaded(t, `{"users": [{"UserName": "bob"}]}`, in)
	if got := again.State(); !reflect.DeepEqual(got.Users, want.Users) || !reflect.DeepEqual(got.AccessKeys, want.AccessKeys) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if !strings.Contains(again.log.String(), "no objects are loaded") {
		t.Error(again.log)
	}
}
