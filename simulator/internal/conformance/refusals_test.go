package conformance

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// good are bodies that each served action takes in the fixture; KEY stands for the key's id.
var good = map[string]string{
	"CheckAuthentication":   `{"Login":"` + rootEmail + `","Password":"` + rootPassword + `"}`,
	"CreateAccessKey":       `{"UserName":"fixture"}`,
	"CreateUser":            `{"UserName":"another"}`,
	"DeleteAccessKey":       `{"UserName":"fixture","AccessKeyId":"KEY"}`,
	"DeleteUser":            `{"UserName":"without-keys"}`,
	"ReadAccessKeys":        `{"UserName":"fixture"}`,
	"ReadAccounts":          `{}`,
	"ReadApiAccessPolicy":   `{}`,
	"ReadApiLogs":           `{}`,
	"ReadQuotas":            `{}`,
	"ReadRegions":           `{}`,
	"ReadUsers":             `{}`,
	"UpdateAccessKey":       `{"UserName":"fixture","AccessKeyId":"KEY","State":"ACTIVE"}`,
	"UpdateApiAccessPolicy": `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false}`,
	"UpdateUser":            `{"UserName":"fixture"}`,
}

// fixture makes a server with the users, and the caller that holds the fixture's key.
func fixture(t *testing.T, change ...func(*simulator.Options)) (*server, caller) {
	t.Helper()
	s := start(t, change...)
	s.root().must("CreateUser", `{"UserName":"fixture"}`)
	s.root().must("CreateUser", `{"UserName":"without-keys"}`)
	key := s.root().must("CreateAccessKey", `{"UserName":"fixture"}`)
	return s, s.as(key.at("AccessKey", "AccessKeyId"), key.at("AccessKey", "SecretKey"))
}

func noLockout(o *simulator.Options) { o.Assumptions.NoLockout = true }

// eachServed runs the test for every action that is served.
func eachServed(t *testing.T, test func(t *testing.T, action describe.Action)) {
	for name := range good {
		action, ok := describe.Lookup(name)
		if !ok || !action.Served {
			t.Fatalf("%s is not in the table of served actions", name)
		}
		t.Run(name, func(t *testing.T) { test(t, action) })
	}
}

func (s *server) expect(want string, got answer) {
	s.t.Helper()
	if got.code() != want {
		s.t.Errorf("got %s %v, want %s", got.code(), got.body["Errors"], want)
	}
}

// Every action refuses every bad credential, each in its own way; the answers are held against the description on the way.
func TestEveryAction_badCredentials(t *testing.T) {
	s, user := fixture(t, noLockout)
	eachServed(t, func(_ *testing.T, action describe.Action) {
		body := strings.ReplaceAll(good[action.Name], "KEY", user.id)
		if action.Anonymous() {
			unsigned := s.root().request(action.Name, body)
			unsigned.Header.Del("Authorization")
			s.expect("200", s.send(unsigned))
			return
		}
		authorization := func(value string) answer {
			r := s.root().request(action.Name, body)
			if value == "" {
				r.Header.Del("Authorization")
			} else {
				r.Header.Set("Authorization", value)
			}
			return s.send(r)
		}
		basic := func(login, password string) answer {
			r := s.root().request(action.Name, body)
			r.SetBasicAuth(login, password)
			return s.send(r)
		}
		s.expect("401/1", authorization(""))
		s.expect("401/12", authorization("Bearer x"))
		s.expect("401/1", authorization("OSC4-HMAC-SHA256 nonsense"))
		s.expect("400/4120", s.as("UNKNOWNKEYUNKNOWNKEY", rootSecret).call(action.Name, body))
		s.expect("401/1", s.as(rootID, "another secret").call(action.Name, body))
		s.expect("403/4", user.call(action.Name, body))
		late := s.root()
		late.now = func() time.Time { return s.clock.Now().Add(-301 * time.Second) }
		s.expect("401/1", late.call(action.Name, body))
		if action.Takes(describe.BasicAuth) {
			s.expect("401/1", basic(rootEmail, "wrong"))
			s.expect("400/4120", basic("nobody@example.com", rootPassword))
		} else {
			s.expect("401/9", basic(rootEmail, rootPassword))
		}
	})
}

// Four failures in a row lock a key out of every action, for a minute.
func TestEveryAction_lockout(t *testing.T) {
	eachServed(t, func(t *testing.T, action describe.Action) {
		if action.Anonymous() {
			return
		}
		s := start(t)
		for range 4 {
			s.expect("401/1", s.as(rootID, "another secret").call(action.Name, `{}`))
		}
		s.expect("401/13", s.root().call(action.Name, `{}`))
		s.clock.Advance(61 * time.Second)
		s.root().must("ReadUsers", `{}`)
	})
}

// Every action refuses bodies that are not as described, and takes a dry run.
func TestEveryAction_badBodies(t *testing.T) {
	s, user := fixture(t, func(o *simulator.Options) { o.Assumptions.DeleteActiveKeys = true })
	root := s.root()
	eachServed(t, func(t *testing.T, action describe.Action) {
		body := strings.ReplaceAll(good[action.Name], "KEY", user.id)
		with := func(name string, value any) string {
			var members map[string]any
			if err := json.Unmarshal([]byte(body), &members); err != nil {
				t.Fatal(err)
			}
			if members[name] = value; value == nil {
				delete(members, name)
			}
			text, err := json.Marshal(members)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		for _, text := range []string{`[]`, `null`, `"x"`, `{`, `{}{}`, "\xff"} {
			s.expect("400/4045", root.call(action.Name, text))
		}
		s.expect("400/4045", root.call(action.Name, with("Nonsense", 1)))
		s.expect("413/4106", root.call(action.Name, with("DryRun", strings.Repeat("x", 1<<20))))
		for _, member := range action.Request.Members {
			wrong := any(map[string]any{"a": 1})
			if member.Type.Kind == describe.Object {
				wrong = "text"
			}
			s.expect("400/3019", root.call(action.Name, with(member.Name, wrong)))
			if member.Required {
				s.expect("400/4046", root.call(action.Name, with(member.Name, nil)))
			}
			if member.Required && member.Type.Kind == describe.String {
				s.expect("400/4046", root.call(action.Name, with(member.Name, "")))
			}
			for _, inner := range member.Type.Members {
				wrong := map[string]any{inner.Name: map[string]any{"a": 1}}
				s.expect("400/3019", root.call(action.Name, with(member.Name, wrong)))
			}
			if member.Type.Kind == describe.Object {
				s.expect("400/4045", root.call(action.Name, with(member.Name, map[string]any{"Nonsense": 1})))
			}
		}
		before := s.state()
		s.expect("200", root.call(action.Name, with("DryRun", true)))
		if after := s.state(); len(before.AccessKeys) != len(after.AccessKeys) || len(before.Users) != len(after.Users) {
			t.Error("a dry run changed something")
		}
		get := root.request(action.Name, body)
		get.Method = http.MethodGet
		s.expect("405/2", s.send(get))
	})
}

// An action that is not simulated answers otherwise than one that does not exist.
func TestEveryAction_notServed(t *testing.T) {
	s := start(t)
	for _, name := range s.validator.Actions() {
		if _, ok := good[name]; !ok {
			s.expect("501/0", s.root().call(name, `{}`))
		}
	}
	for _, name := range []string{"", "ReadNothing", "readusers", "ReadUsers/", "ReadSecretAccessKey"} {
		s.expect("400/5011", s.root().call(name, `{}`))
	}
	old := start(t, func(o *simulator.Options) { o.APIVersion = "1.26" })
	old.expect("400/5011", old.root().call("ReadUsers", `{}`))
}

// Injected faults answer in the API's own form, on every action.
func TestEveryAction_injectedErrors(t *testing.T) {
	s, user := fixture(t)
	eachServed(t, func(_ *testing.T, action describe.Action) {
		body := strings.ReplaceAll(good[action.Name], "KEY", user.id)
		for _, want := range []struct{ fault, code string }{
			{`{"kind":"throttle"}`, "429/24"},
			{`{"kind":"throttle","code":"25"}`, "429/25"},
			{`{"kind":"throttle","code":"6"}`, "503/6"},
			{`{"kind":"throttle","code":"4120"}`, "400/4120"},
			{`{"kind":"status"}`, "500/0"},
			{`{"kind":"status","status":502,"code":"0"}`, "502/0"},
			{`{"kind":"status","status":503,"code":"24"}`, "503/24"},
		} {
			s.ask(http.MethodPut, "/faults", "["+want.fault+"]", nil)
			s.expect(want.code, s.root().call(action.Name, body))
		}
		s.ask(http.MethodPut, "/faults", `[]`, nil)
	})
}

// A change that cannot be written is a fault of the server, in the API's own form.
func TestAnswers_closedStore(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Log = nil }) // it says so in the log, as it should
	if err := s.sim.Close(); err != nil {
		t.Fatal(err)
	}
	s.expect("500/0", s.root().call("CreateUser", `{"UserName":"u"}`))
	s.expect("200", s.root().call("ReadUsers", `{}`))
}
