package conformance

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/internal/describe"
)

// validBodies has a valid body for each served action in the fixture. fixed.body fills in the words in upper case.
var validBodies = map[string]string{
	"AddUserToUserGroup":                   `{"UserGroupName":"fixture","UserName":"without-keys"}`,
	"CheckAuthentication":                  `{"Login":"` + rootEmail + `","Password":"` + rootPassword + `"}`,
	"CreateAccessKey":                      `{"UserName":"fixture"}`,
	"CreateApiAccessRule":                  `{"IpRanges":["0.0.0.0/0"]}`,
	"CreateCa":                             `{"CaPem":"CA_PEM"}`,
	"CreatePolicy":                         `{"PolicyName":"another","Document":"DOCUMENT"}`,
	"CreatePolicyVersion":                  `{"PolicyOrn":"POLICY","Document":"DOCUMENT"}`,
	"CreateUser":                           `{"UserName":"another"}`,
	"CreateUserGroup":                      `{"UserGroupName":"another"}`,
	"DeleteAccessKey":                      `{"UserName":"fixture","AccessKeyId":"KEY"}`,
	"DeleteApiAccessRule":                  `{"ApiAccessRuleId":"RULE"}`,
	"DeleteCa":                             `{"CaId":"CA_ID"}`,
	"DeletePolicy":                         `{"PolicyOrn":"UNLINKED"}`,
	"DeletePolicyVersion":                  `{"PolicyOrn":"POLICY","VersionId":"v2"}`,
	"DeleteUser":                           `{"UserName":"without-keys"}`,
	"DeleteUserGroup":                      `{"UserGroupName":"empty"}`,
	"DeleteUserGroupPolicy":                `{"UserGroupName":"fixture","PolicyName":"inline"}`,
	"DeleteUserPolicy":                     `{"UserName":"fixture","PolicyName":"inline"}`,
	"DisableOutscaleLogin":                 `{}`,
	"DisableOutscaleLoginForUsers":         `{}`,
	"DisableOutscaleLoginPerUsers":         `{"UserNames":["fixture"]}`,
	"EnableOutscaleLogin":                  `{}`,
	"EnableOutscaleLoginForUsers":          `{}`,
	"EnableOutscaleLoginPerUsers":          `{"UserNames":["fixture"]}`,
	"LinkManagedPolicyToUserGroup":         `{"PolicyOrn":"POLICY","UserGroupName":"fixture"}`,
	"LinkPolicy":                           `{"PolicyOrn":"POLICY","UserName":"fixture"}`,
	"PutUserGroupPolicy":                   `{"UserGroupName":"fixture","PolicyName":"inline","PolicyDocument":"DOCUMENT"}`,
	"PutUserPolicy":                        `{"UserName":"fixture","PolicyName":"inline","PolicyDocument":"DOCUMENT"}`,
	"ReadAccessKeys":                       `{"UserName":"fixture"}`,
	"ReadAccounts":                         `{}`,
	"ReadApiAccessPolicy":                  `{}`,
	"ReadApiAccessRules":                   `{}`,
	"ReadApiLogs":                          `{}`,
	"ReadCas":                              `{}`,
	"ReadEntitiesLinkedToPolicy":           `{"PolicyOrn":"POLICY"}`,
	"ReadLinkedPolicies":                   `{"UserName":"fixture"}`,
	"ReadManagedPoliciesLinkedToUserGroup": `{"UserGroupName":"fixture"}`,
	"ReadPolicies":                         `{}`,
	"ReadPolicy":                           `{"PolicyOrn":"POLICY"}`,
	"ReadPolicyVersion":                    `{"PolicyOrn":"POLICY","VersionId":"v1"}`,
	"ReadPolicyVersions":                   `{"PolicyOrn":"POLICY"}`,
	"ReadQuotas":                           `{}`,
	"ReadRegions":                          `{}`,
	"ReadUserGroup":                        `{"UserGroupName":"fixture"}`,
	"ReadUserGroupPolicies":                `{"UserGroupName":"fixture"}`,
	"ReadUserGroupPolicy":                  `{"UserGroupName":"fixture","PolicyName":"inline"}`,
	"ReadUserGroups":                       `{}`,
	"ReadUserGroupsPerUser":                `{"UserName":"fixture"}`,
	"ReadUserPolicies":                     `{"UserName":"fixture"}`,
	"ReadUserPolicy":                       `{"UserName":"fixture","PolicyName":"inline"}`,
	"ReadUsers":                            `{}`,
	"RemoveUserFromUserGroup":              `{"UserGroupName":"fixture","UserName":"fixture"}`,
	"SetDefaultPolicyVersion":              `{"PolicyOrn":"POLICY","VersionId":"v2"}`,
	"UnlinkManagedPolicyFromUserGroup":     `{"PolicyOrn":"POLICY","UserGroupName":"fixture"}`,
	"UnlinkPolicy":                         `{"PolicyOrn":"POLICY","UserName":"fixture"}`,
	"UpdateAccessKey":                      `{"UserName":"fixture","AccessKeyId":"KEY","State":"ACTIVE"}`,
	"UpdateAccount":                        `{"City":"Paris"}`,
	"UpdateApiAccessPolicy":                `{"MaxAccessKeyExpirationSeconds":0,"RequireTrustedEnv":false}`,
	"UpdateApiAccessRule":                  `{"ApiAccessRuleId":"RULE","IpRanges":["0.0.0.0/0"]}`,
	"UpdateCa":                             `{"CaId":"CA_ID"}`,
	"UpdateUser":                           `{"UserName":"fixture"}`,
	"UpdateUserGroup":                      `{"UserGroupName":"fixture"}`,
}

// document is a policy document that allows nothing of this API.
const document = `{"Statement":[{"Effect":"Allow","Action":["ec2:*"],"Resource":["*"]}]}`

// fixed is what the fixture contains.
type fixed struct {
	key caller
	// words are the JSON values of the words in upper case.
	words *strings.Replacer
}

// body returns the good body of an action.
func (f fixed) body(action string) string { return f.words.Replace(validBodies[action]) }

// fixture makes a server with objects of every kind, and returns them.
func fixture(t *testing.T, change ...func(*simulator.Options)) (*server, fixed) {
	t.Helper()
	s := start(t, change...)
	root := s.root()
	root.must("CreateUser", `{"UserName":"fixture"}`)
	root.must("CreateUser", `{"UserName":"without-keys"}`)
	root.must("CreateUserGroup", `{"UserGroupName":"fixture"}`)
	root.must("CreateUserGroup", `{"UserGroupName":"empty"}`)
	quoted, escaped := fmt.Sprintf("%q", document), strings.Trim(fmt.Sprintf("%q", document), `"`)
	policy := root.must("CreatePolicy", `{"PolicyName":"fixture","Document":`+quoted+`}`).at("Policy", "Orn")
	unlinked := root.must("CreatePolicy", `{"PolicyName":"unlinked","Document":`+quoted+`}`).at("Policy", "Orn")
	root.must("CreatePolicyVersion", `{"PolicyOrn":"`+policy+`","Document":`+quoted+`}`)
	root.must("LinkPolicy", `{"PolicyOrn":"`+policy+`","UserName":"fixture"}`)
	root.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":"`+policy+`","UserGroupName":"fixture"}`)
	root.must("AddUserToUserGroup", `{"UserGroupName":"fixture","UserName":"fixture"}`)
	root.must("PutUserPolicy", `{"UserName":"fixture","PolicyName":"inline","PolicyDocument":`+quoted+`}`)
	root.must("PutUserGroupPolicy", `{"UserGroupName":"fixture","PolicyName":"inline","PolicyDocument":`+quoted+`}`)
	pem := strings.Trim(fmt.Sprintf("%q", caPEM(t)), `"`)
	ca := root.must("CreateCa", `{"CaPem":"`+pem+`"}`).at("Ca", "CaId")
	rule := root.must("CreateApiAccessRule", `{"IpRanges":["203.0.113.0/24"]}`).at("ApiAccessRule", "ApiAccessRuleId")
	key := root.must("CreateAccessKey", `{"UserName":"fixture"}`)
	id := key.at("AccessKey", "AccessKeyId")
	return s, fixed{
		key: s.as(id, key.at("AccessKey", "SecretKey")),
		words: strings.NewReplacer(
			"KEY", id, "POLICY", policy, "UNLINKED", unlinked, "DOCUMENT", escaped, "RULE", rule, "CA_ID", ca, "CA_PEM", pem,
		),
	}
}

// caPEM returns a self-signed certificate.
func caPEM(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ca"}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func noLockout(o *simulator.Options) { o.Assumptions.NoLockout = true }

// eachServed runs the test for every action that is served.
func eachServed(t *testing.T, test func(t *testing.T, action describe.Action)) {
	for name := range validBodies {
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

// Every action refuses every bad credential with the right code.
func TestEveryAction_badCredentials(t *testing.T) {
	t.Parallel()
	s, f := fixture(t, noLockout)
	eachServed(t, func(_ *testing.T, action describe.Action) {
		body := f.body(action.Name)
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
		s.expect("403/4", f.key.call(action.Name, body))
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
	t.Parallel()
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

// Every action refuses bodies that the description does not allow, and accepts a dry run.
func TestEveryAction_badBodies(t *testing.T) {
	t.Parallel()
	s, f := fixture(t, func(o *simulator.Options) { o.Assumptions.DeleteActiveKeys = true })
	root := s.root()
	eachServed(t, func(t *testing.T, action describe.Action) {
		body := f.body(action.Name)
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
		if action.Request.Closed {
			s.expect("400/4045", root.call(action.Name, with("Nonsense", 1)))
		}
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
		before := s.sim.State()
		dryRun := "200"
		if !slices.ContainsFunc(action.Request.Members, func(m describe.Member) bool { return m.Name == "DryRun" }) {
			dryRun = "400/4045"
		}
		s.expect(dryRun, root.call(action.Name, with("DryRun", true)))
		if after := s.sim.State(); !reflect.DeepEqual(before, after) {
			t.Error("a dry run changed something")
		}
		get := root.request(action.Name, body)
		get.Method = http.MethodGet
		s.expect("405/2", s.send(get))
	})
}

// The answer of an action that is not simulated differs from that of one that does not exist.
func TestEveryAction_notServed(t *testing.T) {
	s := start(t)
	for _, name := range s.validator.Actions() {
		if _, ok := validBodies[name]; !ok {
			s.expect("501/0", s.root().call(name, `{}`))
		}
	}
	for _, name := range []string{"", "ReadNothing", "readusers", "ReadUsers/", "ReadSecretAccessKey"} {
		s.expect("400/5011", s.root().call(name, `{}`))
	}
	old := start(t, func(o *simulator.Options) { o.APIVersion = "1.26" })
	old.expect("400/5011", old.root().call("ReadUsers", `{}`))
}

// The errors of injected faults have the form of the API for every action.
func TestEveryAction_injectedErrors(t *testing.T) {
	t.Parallel()
	s, f := fixture(t)
	eachServed(t, func(_ *testing.T, action describe.Action) {
		body := f.body(action.Name)
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

// A change that cannot be written is a server error in the form of the API.
func TestAnswers_closedStore(t *testing.T) {
	s := start(t, func(o *simulator.Options) { o.Log = nil }) // the failed write is logged
	if err := s.sim.Close(); err != nil {
		t.Fatal(err)
	}
	s.expect("500/0", s.root().call("CreateUser", `{"UserName":"u"}`))
	s.expect("200", s.root().call("ReadUsers", `{}`))
}
