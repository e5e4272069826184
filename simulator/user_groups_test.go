package simulator

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestUserGroup_basic(t *testing.T) {
	r := newHarness(t)
	account := r.State().Account.AccountID
	group := r.must("CreateUserGroup", `{"UserGroupName":"g","Path":"/a/b/"}`)["UserGroup"].(map[string]any)
	if id := group["UserGroupId"].(string); !regexp.MustCompile(`^ug-[0-9a-f]{8}$`).MatchString(id) {
		t.Errorf("id %q", id)
	}
	r.equal("group", []any{group["Name"], group["Path"], group["Orn"], group["CreationDate"]},
		"[g /a/b/ orn:ows:idauth::"+account+":usergroup/a/b/g 2026-01-02T03:04:05.678+0000]")
	r.clock.move(1e9)
	updated := r.must("UpdateUserGroup", `{"UserGroupName":"g","NewUserGroupName":"h","NewPath":"/c/"}`)
	got := updated["UserGroup"].(map[string]any)
	r.equal("updated group", []any{got["UserGroupId"] == group["UserGroupId"], got["Name"], got["Path"], got["LastModificationDate"]},
		"[true h /c/ 2026-01-02T03:04:06.678+0000]")
	r.equal("users", updated["Users"], "[]")
	r.expect("400/5060", "ReadUserGroup", `{"UserGroupName":"g"}`)
	r.must("ReadUserGroup", `{"UserGroupName":"h"}`)
	r.must("DeleteUserGroup", `{"UserGroupName":"h"}`)
	r.expect("400/5060", "DeleteUserGroup", `{"UserGroupName":"h"}`)
}

func TestUserGroup_members(t *testing.T) {
	r := newHarness(t)
	r.inOrder(func() { r.createUser("a") }, func() { r.createUser("b") }, func() { r.createGroup("g") }, func() { r.createGroup("h") })
	for _, body := range []string{
		`{"UserGroupName":"g","UserName":"b"}`, `{"UserGroupName":"g","UserName":"a"}`, `{"UserGroupName":"h","UserName":"a"}`,
		`{"UserGroupName":"h","UserName":"a"}`, // again: no effect (A36)
	} {
		r.must("AddUserToUserGroup", "%s", body)
	}
	r.equal("members", column(r.must("ReadUserGroup", `{"UserGroupName":"g"}`), "Users", "UserName"), "a b")
	r.equal("groups", column(r.must("ReadUserGroupsPerUser", `{"UserName":"a"}`), "UserGroups", "Name"), "g h")
	r.must("RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"a"}`)
	r.expect("400/5098", "RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"a"}`)
	r.equal("groups", column(r.must("ReadUserGroupsPerUser", `{"UserName":"a"}`), "UserGroups", "Name"), "h")
}

// A8, A9
func TestUserGroup_unknownNames(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	r.createGroup("g")
	r.expect("404/5060", "AddUserToUserGroup", `{"UserGroupName":"none","UserName":"u"}`)
	r.expect("400/5098", "AddUserToUserGroup", `{"UserGroupName":"g","UserName":"none"}`)
	r.expect("400/5060", "RemoveUserFromUserGroup", `{"UserGroupName":"none","UserName":"u"}`)
	r.expect("400/5098", "RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"none"}`)
	r.expect("400/5098", "ReadUserGroupsPerUser", `{"UserName":"none"}`)
	for _, action := range []string{"ReadUserGroup", "UpdateUserGroup", "DeleteUserGroup", "ReadManagedPoliciesLinkedToUserGroup", "ReadUserGroupPolicies"} {
		r.expect("400/5060", action, `{"UserGroupName":"none"}`)
	}
}

// A30: a path in the request must be the right one. A request without a path matches every path, or "/" only.
func TestUserGroup_paths(t *testing.T) {
	for _, slash := range []bool{false, true} {
		t.Run(fmt.Sprint("slash ", slash), func(t *testing.T) {
			omitted := map[bool]string{false: "200", true: "400/5060"}[slash]
			r := newHarness(t, func(o *Options) { o.Assumptions.OmittedPathIsSlash = slash })
			r.must("CreateUser", `{"UserName":"u","Path":"/x/"}`)
			r.must("CreateUserGroup", `{"UserGroupName":"g","Path":"/a/"}`)
			r.expect("200", "ReadUserGroup", `{"UserGroupName":"g","Path":"/a/"}`)
			r.expect("400/5060", "ReadUserGroup", `{"UserGroupName":"g","Path":"/"}`)
			r.expect(omitted, "ReadUserGroup", `{"UserGroupName":"g"}`)
			r.expect("200", "ReadUserGroupPolicies", `{"UserGroupName":"g","UserGroupPath":"/a/"}`)
			r.expect(omitted, "ReadUserGroupPolicies", `{"UserGroupName":"g"}`)
			r.expect("200", "AddUserToUserGroup", `{"UserGroupName":"g","UserGroupPath":"/a/","UserName":"u","UserPath":"/x/"}`)
			r.expect("400/5098", "AddUserToUserGroup", `{"UserGroupName":"g","UserGroupPath":"/a/","UserName":"u","UserPath":"/"}`)
			r.expect(strings.Replace(omitted, "5060", "5098", 1), "ReadUserGroupsPerUser", `{"UserName":"u"}`)
			// These actions have no member for the path.
			r.expect("200", "ReadManagedPoliciesLinkedToUserGroup", `{"UserGroupName":"g"}`)
			r.expect("200", "ReadLinkedPolicies", `{"UserName":"u"}`)
			r.expect(omitted, "DeleteUserGroup", `{"UserGroupName":"g","Force":true}`)
		})
	}
}

// A31
func TestUpdateUserGroup_withoutNewPath(t *testing.T) {
	for reset, want := range map[bool]string{false: "/a/", true: "/"} {
		r := newHarness(t, func(o *Options) { o.Assumptions.UpdateResetsGroupPath = reset })
		r.must("CreateUserGroup", `{"UserGroupName":"g","Path":"/a/"}`)
		got := r.must("UpdateUserGroup", `{"UserGroupName":"g","NewUserGroupName":"h"}`)["UserGroup"].(map[string]any)
		r.equal(fmt.Sprint("path, reset ", reset), got["Path"], want)
		got = r.must("UpdateUserGroup", `{"UserGroupName":"h","NewPath":"/b/"}`)["UserGroup"].(map[string]any)
		r.equal(fmt.Sprint("new path, reset ", reset), got["Path"], "/b/")
	}
}

// A11, A35
func TestUserGroup_badValues(t *testing.T) {
	r := newHarness(t)
	r.createGroup("g")
	r.createGroup("other")
	r.expect("409/9028", "CreateUserGroup", `{"UserGroupName":"g","Path":"/another/"}`)
	r.expect("409/9028", "UpdateUserGroup", `{"UserGroupName":"other","NewUserGroupName":"g"}`)
	r.expect("200", "UpdateUserGroup", `{"UserGroupName":"g","NewUserGroupName":"g"}`)
	r.expect("400/4043", "CreateUserGroup", `{"UserGroupName":"a b"}`)
	r.expect("400/4106", "CreateUserGroup", `{"UserGroupName":%q}`, strings.Repeat("x", 129))
	r.expect("200", "CreateUserGroup", `{"UserGroupName":%q}`, strings.Repeat("x", 128))
	r.expect("400/4043", "CreateUserGroup", `{"UserGroupName":"x","Path":"a"}`)
	r.expect("400/4106", "UpdateUserGroup", `{"UserGroupName":"g","NewPath":""}`)
	r.expect("400/4043", "UpdateUserGroup", `{"UserGroupName":"g","NewUserGroupName":"/"}`)
}

func TestDeleteUserGroup_force(t *testing.T) {
	r := newHarness(t)
	orn := r.createPolicy("p", allowAll)
	r.createUser("u")
	group := r.createGroup("g")
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"u"}`)
	r.expect("409/9002", "DeleteUserGroup", `{"UserGroupName":"g"}`)
	r.must("RemoveUserFromUserGroup", `{"UserGroupName":"g","UserName":"u"}`)
	r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
	r.expect("409/9002", "DeleteUserGroup", `{"UserGroupName":"g","Force":false}`)
	r.must("AddUserToUserGroup", `{"UserGroupName":"g","UserName":"u"}`)
	r.must("PutUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"i","PolicyDocument":%q}`, allowAll)
	r.must("DeleteUserGroup", `{"UserGroupName":"g","Force":true}`)
	r.equal("links of the policy", r.must("ReadPolicy", `{"PolicyOrn":%q}`, orn)["Policy"].(map[string]any)["ResourcesCount"], 0)
	r.must("DeleteUser", `{"UserName":"u"}`)
	if again := r.createGroup("g"); again["UserGroupId"] == group["UserGroupId"] {
		t.Error("the id is used again")
	}
	r.equal("inline policies", r.must("ReadUserGroupPolicies", `{"UserGroupName":"g"}`)["Policies"], "[]")
}

func TestReadUserGroups_filtersAndPages(t *testing.T) {
	r := newHarness(t)
	var ids []string
	for i := range 5 {
		r.inOrder(func() {
			group := r.must("CreateUserGroup", `{"UserGroupName":"g%d","Path":"/%d/x/"}`, i, i%2)["UserGroup"].(map[string]any)
			ids = append(ids, group["UserGroupId"].(string))
		})
	}
	for filter, want := range map[string]string{
		`{}`:                                   "g0 g1 g2 g3 g4",
		`{"Filters":{"PathPrefix":"/"}}`:       "g0 g1 g2 g3 g4",
		`{"Filters":{"PathPrefix":"/1/"}}`:     "g1 g3",
		`{"Filters":{"PathPrefix":"/none/"}}`:  "",
		`{"Filters":{"UserGroupIds":["%s"]}}`:  "g2",
		`{"Filters":{"UserGroupIds":[]}}`:      "",
		`{"FirstItem":1,"ResultsPerPage":2}`:   "g1 g2",
		`{"FirstItem":4,"ResultsPerPage":9}`:   "g4",
		`{"FirstItem":99,"ResultsPerPage":10}`: "",
	} {
		body := strings.ReplaceAll(filter, "%s", ids[2])
		answer := r.must("ReadUserGroups", "%s", body)
		r.equal(body, column(answer, "UserGroups", "Name"), want)
		r.equal(body+" has more", answer["HasMoreItems"], strings.Contains(body, `"FirstItem":1`))
	}
	r.call("ReadUserGroups", `{"FirstItem":-1}`).refused(http.StatusBadRequest, "4047", kindInvalidValue)
}
