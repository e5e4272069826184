package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/simulator/store"
)

// Documents for tests.
const (
	allowAll      = `{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`
	allowReads    = `{"Statement":[{"Effect":"Allow","Action":["api:Read*"],"Resource":["*"]}]}`
	denyAll       = `{"Statement": [ {"Sid":"No","Effect": "Deny", "Action": ["*"], "Resource": ["*"]} ]}`
	badDocument   = `{"Statement":[{"Effect":"allow","Action":["*"],"Resource":["*"]}]}`
	policyPattern = `^orn:ows:idauth::\d{12}:policy/`
)

// expect calls an action and compares the status and the code of the answer, such as "200" and "409/9002".
func (r *harness) expect(want, action, body string, args ...any) reply {
	r.t.Helper()
	got := r.call(action, body, args...)
	have := fmt.Sprint(got.status)
	if list, _ := got.body["Errors"].([]any); len(list) > 0 {
		have += "/" + list[0].(map[string]any)["Code"].(string)
	}
	if have != want {
		r.t.Errorf("%s %s: %s %s, want %s", action, body, have, got.details(), want)
	}
	return got
}

func (r *harness) createGroup(name string) map[string]any {
	r.t.Helper()
	return r.must("CreateUserGroup", `{"UserGroupName":%q}`, name)["UserGroup"].(map[string]any)
}

// createPolicy returns the ORN of a new managed policy.
func (r *harness) createPolicy(name, document string) string {
	r.t.Helper()
	return r.must("CreatePolicy", `{"PolicyName":%q,"Document":%q}`, name, document)["Policy"].(map[string]any)["Orn"].(string)
}

// userWithKey creates a user and returns the harness that calls with its key.
func (r *harness) userWithKey(name string) *harness {
	r.t.Helper()
	r.createUser(name)
	return r.as(r.createKey(`{"UserName":%q}`, name))
}

// column returns one member of each item of a list in an answer, joined by spaces.
func column(answer map[string]any, list, member string) string {
	var values []string
	for _, item := range objects(answer[list]) {
		values = append(values, fmt.Sprint(item[member]))
	}
	return strings.Join(values, " ")
}

func (r *harness) equal(what string, got, want any) {
	r.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		r.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// inOrder moves the clock between the creation of objects, so that lists have the order of creation.
func (r *harness) inOrder(create ...func()) {
	for _, one := range create {
		one()
		r.clock.move(1e9)
	}
}

// A12: each dependent alone keeps a user.
func TestDeleteUser_dependents(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	r.createGroup("g")
	orn := r.createPolicy("p", allowAll)
	id := r.createKey(`{"UserName":"bob"}`)["AccessKeyId"]
	r.expect("409/9002", "DeleteUser", `{"UserName":"bob"}`)
	r.must("UpdateAccessKey", `{"UserName":"bob","AccessKeyId":%q,"State":"INACTIVE"}`, id)
	r.must("DeleteAccessKey", `{"UserName":"bob","AccessKeyId":%q}`, id)
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"bob"}`)
	r.expect("409/9002", "DeleteUser", `{"UserName":"bob"}`)
	r.must("RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"bob"}`)
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"bob"}`, orn)
	r.expect("409/9002", "DeleteUser", `{"UserName":"bob"}`)
	r.must("UnlinkPolicy", `{"PolicyOrn":%q,"UserName":"bob"}`, orn)
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allowAll)
	user, _ := r.user("bob")
	r.must("DeleteUser", `{"UserName":"bob"}`)
	r.store.Read(func(v *store.View) { r.equal("inline policies left", len(v.InlinePolicies(user.ID)), 0) })
}

// user returns a stored user.
func (r *harness) user(name string) (user store.User, found bool) {
	r.store.Read(func(v *store.View) { user, found = v.UserNamed(name) })
	return user, found
}

// A13
func TestDeleteUser_inlinePoliciesBlock(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.Assumptions.InlinePoliciesBlock = true })
	r.createUser("bob")
	r.createGroup("g")
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"i","PolicyDocument":%q}`, allowAll)
	r.must("PutUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"i","PolicyDocument":%q}`, allowAll)
	r.expect("409/9002", "DeleteUser", `{"UserName":"bob"}`)
	r.expect("409/9002", "DeleteUserGroup", `{"UserGroupName":"g"}`)
	r.must("DeleteUserPolicy", `{"UserName":"bob","PolicyName":"i"}`)
	r.must("DeleteUser", `{"UserName":"bob"}`)
	r.must("DeleteUserGroup", `{"UserGroupName":"g","Force":true}`)
}

// A44
func TestUpdateUser_keepsKeysAndPolicies(t *testing.T) {
	r := newHarness(t)
	r.createUser("old")
	r.createGroup("g")
	orn := r.createPolicy("p", allowAll)
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"old"}`)
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"old"}`, orn)
	r.must("PutUserPolicy", `{"UserName":"old","PolicyName":"i","PolicyDocument":%q}`, allowAll)
	r.createKey(`{"UserName":"old"}`)
	r.must("UpdateUser", `{"UserName":"old","NewUserName":"new","NewPath":"/a/"}`)
	r.expect("400/5098", "ReadLinkedPolicies", `{"UserName":"old"}`)
	r.equal("groups", column(r.must("ReadUserGroupsPerUser", `{"UserName":"new"}`), "UserGroups", "Name"), "g")
	r.equal("policies", column(r.must("ReadLinkedPolicies", `{"UserName":"new"}`), "Policies", "PolicyName"), "p")
	r.equal("inline policies", r.must("ReadUserPolicies", `{"UserName":"new"}`)["PolicyNames"], "[i]")
	r.equal("keys", len(r.keys(`{"UserName":"new"}`)), 1)
	entities := r.must("ReadEntitiesLinkedToPolicy", `{"PolicyOrn":%q}`, orn)["PolicyEntities"].(map[string]any)
	if got := column(entities, "Users", "Orn"); !strings.HasSuffix(got, ":user/a/new") {
		t.Error(got)
	}
}

func TestOutscaleLogin_allowed(t *testing.T) {
	r := newHarness(t)
	r.inOrder(func() { r.createUser("a") }, func() { r.createUser("b") })
	allowed := func() string {
		return fmt.Sprint(column(r.must("ReadAccounts", `{}`), "Accounts", "OutscaleLoginAllowed"), " ",
			column(r.must("ReadUsers", `{}`), "Users", "OutscaleLoginAllowed"))
	}
	for _, step := range []struct{ action, body, want string }{
		{"EnableOutscaleLogin", `{}`, "true false false"},
		{"EnableOutscaleLoginPerUsers", `{"UserNames":["b"]}`, "true false true"},
		{"EnableOutscaleLoginForUsers", `{}`, "true true true"},
		{"DisableOutscaleLoginPerUsers", `{"UserNames":["a","b"]}`, "true false false"},
		{"EnableOutscaleLoginForUsers", `{"DryRun":true}`, "true false false"},
		{"EnableOutscaleLoginForUsers", `{}`, "true true true"},
		{"DisableOutscaleLoginForUsers", `{}`, "true false false"},
		{"DisableOutscaleLogin", `{}`, "false false false"},
	} {
		r.must(step.action, "%s", step.body)
		r.equal(step.action, allowed(), step.want)
	}
	r.expect("400/5098", "EnableOutscaleLoginPerUsers", `{"UserNames":["a","nobody"]}`)
	r.equal("after an unknown user", allowed(), "false false false")
}

func TestUpdateAccount_members(t *testing.T) {
	r := newHarness(t)
	r.must("UpdateAccount", `{"City":"Paris","CompanyName":"Example","AdditionalEmails":["a@example.com","b@example.com"],"Email":"new@example.com"}`)
	account := objects(r.must("ReadAccounts", `{}`)["Accounts"])[0]
	r.equal("account", []any{account["City"], account["CompanyName"], account["AdditionalEmails"], account["Email"]},
		"[Paris Example [a@example.com b@example.com] new@example.com]")
	if _, ok := account["Country"]; ok {
		t.Error("a member without a value is shown")
	}
	// The e-mail is the login.
	r.send(basicRequest("ReadAccessKeys", body, DefaultEmail, rootPassword)).refused(http.StatusBadRequest, "4120", kindInvalidValue)
	if got := r.send(basicRequest("ReadAccessKeys", body, "new@example.com", rootPassword)); got.status != http.StatusOK {
		t.Error(got.body)
	}
	r.must("UpdateAccount", `{"City":"","AdditionalEmails":[]}`)
	account = objects(r.must("ReadAccounts", `{}`)["Accounts"])[0]
	for _, name := range []string{"City", "AdditionalEmails"} {
		if value, ok := account[name]; ok {
			t.Errorf("%s: %v", name, value)
		}
	}
	r.equal("company", account["CompanyName"], "Example")
	r.expect("400/4020", "UpdateAccount", `{"Email":"none"}`)
	r.expect("400/4020", "UpdateAccount", `{"AdditionalEmails":["none"]}`)
}
