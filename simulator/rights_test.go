package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func allow(actions string) string {
	return fmt.Sprintf(`{"Statement":[{"Effect":"Allow","Action":["%s"],"Resource":["*"]}]}`, strings.ReplaceAll(actions, ",", `","`))
}

func deny(actions string) string { return strings.Replace(allow(actions), "Allow", "Deny", 1) }

// Rights come from inline and linked policies of the user and of its groups, and from their default versions.
func TestRights_sources(t *testing.T) {
	r := newHarness(t)
	bob := r.userWithKey("bob")
	r.createGroup("g")
	may := func(want bool) {
		t.Helper()
		status := map[bool]string{true: "200", false: "403/4"}[want]
		bob.expect(status, "ReadUsers", `{}`)
	}
	may(false)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allow("api:ReadUsers"))
	may(true)
	r.must("DeleteUserPolicy", `{"UserName":"bob","PolicyName":"i"}`)
	may(false)

	r.must("PutUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"i","PolicyDocument":%q}`, allow("api:Read*"))
	may(false)
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"bob"}`)
	may(true)
	r.must("RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"bob"}`)
	may(false)
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"bob"}`)
	r.must("DeleteUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"i"}`)
	may(false)

	orn := r.createPolicy("p", allow("api:CreateUser"))
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"bob"}`, orn)
	may(false)
	r.must("CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q}`, orn, allow("api:*Users"))
	may(false) // not the default version
	r.must("SetDefaultPolicyVersion", `{"PolicyOrn":%q,"VersionId":"v2"}`, orn)
	may(true)
	r.must("UnlinkPolicy", `{"PolicyOrn":%q,"UserName":"bob"}`, orn)
	may(false)
	r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
	may(true)

	// An explicit deny overrides the allow.
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"no","PolicyDocument":%q}`, deny("api:ReadUsers"))
	may(false)
	r.must("DeleteUserPolicy", `{"UserName":"bob","PolicyName":"no"}`)
	may(true)
	r.must("UpdateUser", `{"UserName":"bob","NewUserName":"robert"}`)
	may(true)
	r.must("DeleteUserGroup", `{"UserGroupName":"g","Force":true}`)
	may(false)
}

// A24: a user needs rights for its own keys too. A26: so does a dry run.
func TestRights_keysAndDryRun(t *testing.T) {
	r := newHarness(t)
	bob := r.userWithKey("bob")
	bob.expect("403/4", "ReadAccessKeys", `{}`)
	bob.expect("403/4", "CreateAccessKey", `{"DryRun":true}`)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allow("api:ReadAccessKeys,api:CreateAccessKey"))
	bob.expect("200", "ReadAccessKeys", `{}`)
	bob.expect("200", "CreateAccessKey", `{"DryRun":true}`)
	r.equal("keys", len(bob.keys(`{}`)), 1)
}

// A resource other than "*" limits a statement to the user, the group or the policy that a call is about.
func TestRights_resources(t *testing.T) {
	r := newHarness(t)
	account := r.State().Account.AccountID
	bob := r.userWithKey("bob")
	r.must("CreateUser", `{"UserName":"eve","Path":"/team/"}`)
	r.createGroup("g")
	orn := r.createPolicy("p", allowAll)
	const prefix = "orn:ows:idauth::"
	for _, test := range []struct{ resource, action, body, want string }{
		{prefix + account + ":user/bob", "ReadAccessKeys", `{}`, "200"},
		{prefix + account + ":user/bob", "ReadAccessKeys", `{"UserName":"bob"}`, "200"},
		{prefix + account + ":user/bob", "ReadAccessKeys", `{"UserName":"eve"}`, "403/4"},
		{prefix + account + ":user/team/*", "ReadAccessKeys", `{"UserName":"eve"}`, "200"},
		{prefix + account + ":user/team/*", "UpdateUser", `{"UserName":"bob"}`, "403/4"},
		{prefix + account + ":user/new", "CreateUser", `{"UserName":"new","DryRun":true}`, "200"},
		{prefix + account + ":user/a/*", "CreateUser", `{"UserName":"new","Path":"/a/","DryRun":true}`, "200"},
		{prefix + account + ":user/a/*", "CreateUser", `{"UserName":"new","DryRun":true}`, "403/4"},
		{prefix + account + ":usergroup/g", "ReadUserGroup", `{"UserGroupName":"g"}`, "200"},
		{prefix + account + ":usergroup/g", "AddUserToUserGroup", `{"UserGroupName":"g","UserName":"eve","DryRun":true}`, "200"},
		{prefix + account + ":user/*", "AddUserToUserGroup", `{"UserGroupName":"g","UserName":"eve","DryRun":true}`, "403/4"},
		{prefix + account + ":policy/p", "ReadPolicy", `{"PolicyOrn":"` + orn + `"}`, "200"},
		{prefix + account + ":policy/q", "ReadPolicy", `{"PolicyOrn":"` + orn + `"}`, "403/4"},
		{prefix + account + ":policy/new/*", "CreatePolicy", `{"PolicyName":"x","Path":"/new/","Document":"{}","DryRun":true}`, "400/4047"},
		{prefix + account + ":policy/new/*", "CreatePolicy", `{"PolicyName":"x","Document":"{}","DryRun":true}`, "403/4"},
		{prefix + account + ":*", "ReadUsers", `{}`, "403/4"}, // it is about no single object
		{"*", "ReadUsers", `{}`, "200"},
		{prefix + account + ":user/bob", "ReadAccessKeys", `[]`, "400/4045"}, // the rights come before the members (A25)
	} {
		document := fmt.Sprintf(`{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":[%q]}]}`, test.resource)
		r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, document)
		bob.expect(test.want, test.action, "%s", test.body)
	}
}

func TestGrant_isInlinePolicy(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Grants = []Grant{{User: "bob", Actions: []string{"api:Read*"}}} })
	bob := r.userWithKey("bob")
	bob.expect("200", "ReadUsers", `{}`)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"no","PolicyDocument":%q}`, deny("api:ReadUsers"))
	bob.expect("403/4", "ReadUsers", `{}`)
	r.equal("shown policies", r.must("ReadUserPolicies", `{"UserName":"bob"}`)["PolicyNames"], "[no]")
	r.must("UpdateUser", `{"UserName":"bob","NewUserName":"robert"}`)
	bob.expect("403/4", "ReadAccounts", `{}`)
}

// A29: with a delay reads show a change at once, and rights follow later.
func TestRights_delay(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Assumptions.RightsDelay = 15 * time.Second })
	bob := r.userWithKey("bob")
	bob.expect("403/4", "ReadUsers", `{}`)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allow("api:ReadUsers"))
	r.equal("shown at once", r.must("ReadUserPolicies", `{"UserName":"bob"}`)["PolicyNames"], "[i]")
	bob.expect("403/4", "ReadUsers", `{}`)
	r.clock.move(10 * time.Second)
	r.must("DeleteUserPolicy", `{"UserName":"bob","PolicyName":"i"}`)
	r.clock.move(4999 * time.Millisecond)
	bob.expect("403/4", "ReadUsers", `{}`)
	r.clock.move(time.Millisecond)
	bob.expect("200", "ReadUsers", `{}`)
	r.clock.move(10*time.Second - time.Millisecond)
	bob.expect("200", "ReadUsers", `{}`)
	r.clock.move(time.Millisecond)
	bob.expect("403/4", "ReadUsers", `{}`)
	// A dry run and a refused call change nothing.
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q,"DryRun":true}`, allow("api:ReadUsers"))
	r.clock.move(time.Minute)
	bob.expect("403/4", "ReadUsers", `{}`)
}

// After a restart or a reset the rights in force are those of the stored objects.
func TestRights_delayAndRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.db")
	change := func(o *Options) { o.DataFile, o.Assumptions.RightsDelay = path, 15*time.Second }
	r := newHarness(t, change)
	bob := r.userWithKey("bob")
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allow("api:ReadUsers"))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	again := newHarness(t, change)
	other := again.as(map[string]any{"AccessKeyId": bob.keyID, "SecretKey": bob.secret})
	other.expect("200", "ReadUsers", `{}`)
	if err := again.Reset(); err != nil {
		t.Fatal(err)
	}
	eve := again.userWithKey("eve")
	again.must("PutUserPolicy", `{"UserName":"eve","PolicyName":"i","PolicyDocument":%q}`, allow("api:ReadUsers"))
	eve.expect("403/4", "ReadUsers", `{}`)
}

func TestDenials_explained(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Explain = true })
	bob := r.userWithKey("bob")
	bob.expect("403/4", "ReadUsers", `{}`)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allow("api:Read*"))
	bob.expect("200", "ReadUsers", `{}`)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"no","PolicyDocument":%q}`, denyAll)
	bob.expect("403/4", "DeleteUser", `{"UserName":"bob"}`)
	bob.expect("403/4", "ReadUsers", `{}`)
	var got []Request
	recorder := httptest.NewRecorder()
	r.AdminHandler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://localhost/denials", nil))
	if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		`api:ReadUsers   | no statement matches api:ReadUsers: what no statement allows is denied | {"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}`,
		`api:DeleteUser orn:ows:idauth::` + r.State().Account.AccountID + `:user/bob inline policy no of the user, statement 1 (Sid "No")` +
			` | denied by inline policy no of the user, statement 1 (Sid "No"): an explicit deny overrides every allow` +
			` | {"Effect":"Allow","Action":["api:DeleteUser"],"Resource":["*"]}`,
		`api:ReadUsers  inline policy no of the user, statement 1 (Sid "No")` +
			` | denied by inline policy no of the user, statement 1 (Sid "No"): an explicit deny overrides every allow | `,
	} {
		if i >= len(got) {
			t.Fatalf("%d denials", len(got))
		}
		e := got[i].Rights
		have := fmt.Sprintf("%s %s %s | %s | %s", e.Action, e.Resource, e.Statement, e.Reason, e.Missing)
		if have != want {
			t.Errorf("denial %d:\n%s\nwant\n%s", i, have, want)
		}
		if got[i].Reason != e.Reason || got[i].Code != "4" || e.Allowed {
			t.Errorf("denial %d: %+v", i, got[i])
		}
	}
	if len(got) != 3 {
		t.Errorf("%d denials", len(got))
	}
	// GET /requests explains allowed calls too. The answer has no explanation.
	for _, request := range r.Requests() {
		if request.Caller == "user:bob" && request.Status == http.StatusOK && (request.Rights == nil || request.Rights.Statement != "inline policy i of the user, statement 1") {
			t.Errorf("%+v", request.Rights)
		}
		if request.Caller == "root" && request.Rights != nil {
			t.Errorf("root: %+v", request.Rights)
		}
	}
	if log := r.log.String(); strings.Count(log, "call denied") != 3 || !strings.Contains(log, `missing_statement="{\"Effect\"`) {
		t.Error(log)
	}
}

// Without Options.Explain a denial is not logged.
func TestDenials_notLoggedByDefault(t *testing.T) {
	r := newHarness(t)
	bob := r.userWithKey("bob")
	if got := bob.expect("403/4", "ReadUsers", `{}`); got.details() != "You are not authorized to perform this action." {
		t.Error(got.details())
	}
	if r.log.Len() > 0 {
		t.Error(r.log)
	}
}
