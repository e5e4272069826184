package simulator

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

func TestPolicy_basic(t *testing.T) {
	r := newHarness(t)
	created := r.must("CreatePolicy", `{"PolicyName":"p","Path":"/a/","Description":"about p","Document":%q}`, denyAll)["Policy"].(map[string]any)
	orn := created["Orn"].(string)
	if !regexp.MustCompile(policyPattern+`a/p$`).MatchString(orn) || len(created["PolicyId"].(string)) != 31 {
		t.Errorf("%v", created)
	}
	r.equal("policy", []any{created["PolicyName"], created["Path"], created["Description"], created["PolicyDefaultVersionId"], created["ResourcesCount"], created["IsLinkable"]},
		"[p /a/ about p v1 0 true]")
	r.equal("as read", r.must("ReadPolicy", `{"PolicyOrn":%q}`, orn)["Policy"], created)
	// The document is stored as it was sent.
	version := r.must("ReadPolicyVersion", `{"PolicyOrn":%q,"VersionId":"v1"}`, orn)["PolicyVersion"].(map[string]any)
	r.equal("version", []any{version["VersionId"], version["DefaultVersion"], version["Body"]}, []any{"v1", true, denyAll})
	r.expect("409/9000", "CreatePolicy", `{"PolicyName":"p","Path":"/other/","Document":%q}`, allowAll)
	r.must("DeletePolicy", `{"PolicyOrn":%q}`, orn)
	r.expect("400/5044", "ReadPolicy", `{"PolicyOrn":%q}`, orn)
	r.must("CreatePolicy", `{"PolicyName":"p","Document":%q}`, allowAll)
}

// A34, A35
func TestPolicy_badValues(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	r.createGroup("g")
	orn := r.createPolicy("p", allowAll)
	long := strings.Replace(allowAll, "api:*", "api:"+strings.Repeat("x", 5120), 1)
	for _, test := range []struct{ action, members, document string }{
		{"CreatePolicy", `"PolicyName":"new"`, "Document"},
		{"CreatePolicyVersion", fmt.Sprintf(`"PolicyOrn":%q`, orn), "Document"},
		{"PutUserPolicy", `"PolicyName":"new","UserName":"u"`, "PolicyDocument"},
		{"PutUserGroupPolicy", `"PolicyName":"new","UserGroupName":"g"`, "PolicyDocument"},
	} {
		for document, want := range map[string]string{badDocument: "400/4047", "{": "400/4047", long: "400/4106"} {
			r.expect(want, test.action, `{%s,%q:%q}`, test.members, test.document, document)
		}
	}
	r.expect("400/4043", "CreatePolicy", `{"PolicyName":"a b","Document":%q}`, allowAll)
	r.expect("400/4106", "CreatePolicy", `{"PolicyName":%q,"Document":%q}`, strings.Repeat("x", 129), allowAll)
	r.expect("400/4043", "CreatePolicy", `{"PolicyName":"x","Path":"x","Document":%q}`, allowAll)
	r.expect("400/4106", "CreatePolicy", `{"PolicyName":"x","Description":%q,"Document":%q}`, strings.Repeat("é", 1001), allowAll)
	r.expect("200", "CreatePolicy", `{"PolicyName":"x","Description":%q,"Document":%q}`, strings.Repeat("é", 1000), allowAll)
	r.expect("400/4043", "PutUserPolicy", `{"UserName":"u","PolicyName":"/","PolicyDocument":%q}`, allowAll)
}

// S7
func TestPolicy_lenientDocument(t *testing.T) {
	const document = `{"Statement":{"Effect":"Allow","Action":"api:Read*","Resource":"*"}}`
	r := newHarness(t)
	r.expect("400/4047", "CreatePolicy", `{"PolicyName":"p","Document":%q}`, document)
	r = newHarness(t, func(o *Options) { o.Assumptions.LenientDocuments = true })
	bob := r.userWithKey("bob")
	r.must("PutUserPolicy", `{"UserName":"bob","PolicyName":"p","PolicyDocument":%q}`, document)
	bob.expect("200", "ReadUsers", `{}`)
	bob.expect("403/4", "CreateUser", `{"UserName":"x"}`)
}

// A10
func TestPolicy_unknownORNs(t *testing.T) {
	r := newHarness(t)
	account := r.State().Account.AccountID
	r.must("CreatePolicy", `{"PolicyName":"p","Path":"/a/","Document":%q}`, allowAll)
	for orn, want := range map[string]string{
		"orn:ows:idauth::" + account + ":policy/a/p":       "200",
		"orn:ows:iam::" + account + ":policy/a/p":          "200",
		"orn:ows:idauth::" + account + ":policy/p":         "400/5044",
		"orn:ows:idauth::" + account + ":policy/a/q":       "400/5044",
		"orn:ows:idauth::123456789012:policy/a/p":          "400/5044",
		"orn:ows:idauth::" + owsAccount + ":policy/a/p":    "400/5044",
		"orn:ows:idauth::" + owsAccount + ":policy/ows/No": "400/5044",
		"orn:ows:idauth::" + account + ":user/a/p":         "400/4047",
		"p": "400/4047",
	} {
		for _, action := range []string{"ReadPolicy", "ReadPolicyVersions", "ReadEntitiesLinkedToPolicy"} {
			r.expect(want, action, `{"PolicyOrn":%q}`, orn)
		}
		if want != "200" {
			r.expect(want, "DeletePolicy", `{"PolicyOrn":%q}`, orn)
			r.expect(want, "CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q}`, orn, allowAll)
			r.expect(want, "LinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
		}
	}
}

// A14
func TestPolicyVersion_limitsAndDefault(t *testing.T) {
	r := newHarness(t)
	orn := r.createPolicy("p", allowAll)
	versions := func() string {
		answer := r.must("ReadPolicyVersions", `{"PolicyOrn":%q}`, orn)
		return column(answer, "PolicyVersions", "VersionId") + ", default " + r.must("ReadPolicy", `{"PolicyOrn":%q}`, orn)["Policy"].(map[string]any)["PolicyDefaultVersionId"].(string)
	}
	create := func(more string) string {
		answer := r.must("CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q%s}`, orn, denyAll, more)
		return answer["PolicyVersion"].(map[string]any)["VersionId"].(string)
	}
	r.equal("second", create(""), "v2")
	r.equal("third", create(`,"SetAsDefault":true`), "v3")
	r.equal("versions", versions(), "v1 v2 v3, default v3")
	create("")
	create("")
	r.expect("400/10099", "CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q}`, orn, allowAll)
	r.expect("409/6003", "DeletePolicyVersion", `{"PolicyOrn":%q,"VersionId":"v3"}`, orn)
	r.must("DeletePolicyVersion", `{"PolicyOrn":%q,"VersionId":"v5"}`, orn)
	r.equal("numbers only grow", create(""), "v6")
	r.must("SetDefaultPolicyVersion", `{"PolicyOrn":%q,"VersionId":"v1"}`, orn)
	r.equal("versions", versions(), "v1 v2 v3 v4 v6, default v1")
	for _, unknown := range []string{"v5", "v9", "1", "v01", "x", "v-1"} {
		for _, action := range []string{"ReadPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"} {
			r.expect("400/5044", action, `{"PolicyOrn":%q,"VersionId":%q}`, orn, unknown)
		}
	}
	answer := r.must("ReadPolicyVersions", `{"PolicyOrn":%q,"FirstItem":1,"ResultsPerPage":2}`, orn)
	r.equal("page", column(answer, "PolicyVersions", "VersionId"), "v2 v3")
	if _, ok := answer["MaxResultsTruncated"]; ok || answer["HasMoreItems"] != true {
		t.Errorf("%v", answer)
	}
	// A12: only the default version may be left.
	r.expect("409/9002", "DeletePolicy", `{"PolicyOrn":%q}`, orn)
	for _, id := range []string{"v2", "v3", "v4", "v6"} {
		r.must("DeletePolicyVersion", `{"PolicyOrn":%q,"VersionId":%q}`, orn, id)
	}
	r.must("DeletePolicy", `{"PolicyOrn":%q}`, orn)
}

// A12, A36
func TestPolicy_links(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	r.createGroup("g")
	orn := r.createPolicy("p", allowAll)
	count := func() any {
		return r.must("ReadPolicy", `{"PolicyOrn":%q}`, orn)["Policy"].(map[string]any)["ResourcesCount"]
	}
	for range 2 {
		r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
		r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
	}
	r.equal("links", count(), 2)
	r.expect("409/9002", "DeletePolicy", `{"PolicyOrn":%q}`, orn)
	r.expect("400/5098", "LinkPolicy", `{"PolicyOrn":%q,"UserName":"none"}`, orn)
	r.expect("400/5060", "LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"none"}`, orn)
	linked := objects(r.must("ReadLinkedPolicies", `{"UserName":"u"}`)["Policies"])
	if len(linked) != 1 || linked[0]["Orn"] != orn || linked[0]["PolicyName"] != "p" || len(linked[0]) != 5 {
		t.Errorf("%v", linked)
	}
	r.must("UnlinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
	r.expect("400/5044", "UnlinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
	r.must("UnlinkManagedPolicyFromUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
	r.expect("400/5044", "UnlinkManagedPolicyFromUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
	r.equal("links", count(), 0)
	r.must("DeletePolicy", `{"PolicyOrn":%q}`, orn)
}

func TestReadLinkedPolicies_filtersAndPages(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	group := r.createGroup("g")["UserGroupId"]
	for i, path := range []string{"/", "/a/", "/a/b/"} {
		r.inOrder(func() {
			orn := r.must("CreatePolicy", `{"PolicyName":"p%d","Path":%q,"Document":%q}`, i, path, allowAll)["Policy"].(map[string]any)["Orn"]
			r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
			r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":"g"}`, orn)
		})
	}
	for members, want := range map[string]string{
		`"DryRun":false`:                     "p0 p1 p2",
		`"Filters":{"PathPrefix":"/a/"}`:     "p1 p2",
		`"Filters":{"PathPrefix":"/none/"}`:  "",
		`"FirstItem":1,"ResultsPerPage":1`:   "p1",
		`"FirstItem":5,"ResultsPerPage":100`: "",
	} {
		r.equal(members, column(r.must("ReadLinkedPolicies", `{"UserName":"u",%s}`, members), "Policies", "PolicyName"), want)
	}
	for members, want := range map[string]string{
		`"DryRun":false`:                                      "p0 p1 p2",
		`"Filters":{"PathPrefix":"/"}`:                        "p0 p1 p2",
		`"Filters":{"PathPrefix":"/a/"}`:                      "", // of the group
		`"Filters":{"UserGroupIds":["ug-"]}`:                  "",
		fmt.Sprintf(`"Filters":{"UserGroupIds":[%q]}`, group): "p0 p1 p2",
		`"FirstItem":2,"ResultsPerPage":5`:                    "p2",
	} {
		answer := r.must("ReadManagedPoliciesLinkedToUserGroup", `{"UserGroupName":"g",%s}`, members)
		r.equal(members, column(answer, "Policies", "PolicyName"), want)
	}
}

func TestReadEntitiesLinkedToPolicy_typesAndPages(t *testing.T) {
	r := newHarness(t)
	orn := r.createPolicy("p", allowAll)
	r.inOrder(func() { r.createUser("u1") }, func() { r.createUser("u2") }, func() { r.createGroup("g1") }, func() { r.createGroup("g2") })
	for _, name := range []string{"u2", "u1"} {
		r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":%q}`, orn, name)
	}
	for _, name := range []string{"g1", "g2"} {
		r.must("LinkManagedPolicyToUserGroup", `{"PolicyOrn":%q,"UserGroupName":%q}`, orn, name)
	}
	for members, want := range map[string]string{
		`"FirstItem":0`:                         "u1 u2 | g1 g2 |  | 4 false",
		`"EntitiesType":[]`:                     "u1 u2 | g1 g2 |  | 4 false",
		`"EntitiesType":["USER"]`:               "u1 u2 |  |  | 2 false",
		`"EntitiesType":["GROUP","ACCOUNT"]`:    " | g1 g2 |  | 2 false",
		`"EntitiesType":["ACCOUNT"]`:            " |  |  | 0 false",
		`"FirstItem":1,"ResultsPerPage":2`:      "u2 | g1 |  | 4 true",
		`"FirstItem":3,"ResultsPerPage":2`:      " | g2 |  | 4 false",
		`"FirstItem":2,"EntitiesType":["USER"]`: " |  |  | 2 false",
	} {
		e := r.must("ReadEntitiesLinkedToPolicy", `{"PolicyOrn":%q,%s}`, orn, members)["PolicyEntities"].(map[string]any)
		got := fmt.Sprintf("%s | %s | %s | %v %v", column(e, "Users", "Name"), column(e, "Groups", "Name"), column(e, "Accounts", "Name"), e["ItemsCount"], e["HasMoreItems"])
		r.equal(members, got, want)
	}
	r.expect("400/4047", "ReadEntitiesLinkedToPolicy", `{"PolicyOrn":%q,"EntitiesType":["user"]}`, orn)
}

func TestReadPolicies_filters(t *testing.T) {
	r := newHarness(t)
	var linked string
	for i, path := range []string{"/", "/a/", "/a/b/"} {
		r.inOrder(func() {
			linked = r.must("CreatePolicy", `{"PolicyName":"p%d","Path":%q,"Document":%q}`, i, path, allowAll)["Policy"].(map[string]any)["Orn"].(string)
		})
	}
	r.createUser("u")
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, linked)
	for filters, want := range map[string]string{
		``:                                   "FullAccess ReadOnly p0 p1 p2",
		`"Scope":"LOCAL"`:                    "p0 p1 p2",
		`"Scope":"OWS"`:                      "FullAccess ReadOnly",
		`"PathPrefix":"/a/"`:                 "p1 p2",
		`"PathPrefix":"/ows/"`:               "FullAccess ReadOnly",
		`"OnlyLinked":true`:                  "p2",
		`"OnlyLinked":false,"Scope":"LOCAL"`: "p0 p1 p2",
	} {
		r.equal(filters, column(r.must("ReadPolicies", `{"Filters":{%s}}`, filters), "Policies", "PolicyName"), want)
	}
	r.expect("400/4047", "ReadPolicies", `{"Filters":{"Scope":"none"}}`)
	page := r.must("ReadPolicies", `{"FirstItem":2,"ResultsPerPage":2}`)
	r.equal("page", column(page, "Policies", "PolicyName"), "p0 p1")
	r.equal("more", page["HasMoreItems"], true)
}

// A43
func TestPolicy_ofOWS(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	policies := objects(r.must("ReadPolicies", `{"Filters":{"Scope":"OWS"}}`)["Policies"])
	orn := policies[0]["Orn"]
	r.expect("403/4", "CreatePolicyVersion", `{"PolicyOrn":%q,"Document":%q}`, orn, allowAll)
	r.expect("403/4", "SetDefaultPolicyVersion", `{"PolicyOrn":%q,"VersionId":"v1"}`, orn)
	r.expect("403/4", "DeletePolicyVersion", `{"PolicyOrn":%q,"VersionId":"v1"}`, orn)
	r.expect("403/4", "DeletePolicy", `{"PolicyOrn":%q}`, orn)
	r.must("LinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
	r.equal("linked", column(r.must("ReadLinkedPolicies", `{"UserName":"u"}`), "Policies", "PolicyName"), "FullAccess")
	// The account may use the name for a policy of its own.
	r.createPolicy("FullAccess", allowReads)
	r.must("UnlinkPolicy", `{"PolicyOrn":%q,"UserName":"u"}`, orn)
}

func TestInlinePolicy_ofUser(t *testing.T) {
	r := newHarness(t)
	r.createUser("u")
	r.inOrder(
		func() { r.must("PutUserPolicy", `{"UserName":"u","PolicyName":"b","PolicyDocument":%q}`, allowAll) },
		func() { r.must("PutUserPolicy", `{"UserName":"u","PolicyName":"a","PolicyDocument":%q}`, allowAll) },
		func() { r.must("PutUserPolicy", `{"UserName":"u","PolicyName":"b","PolicyDocument":%q}`, denyAll) },
	)
	r.equal("names", r.must("ReadUserPolicies", `{"UserName":"u"}`)["PolicyNames"], "[b a]")
	read := r.must("ReadUserPolicy", `{"UserName":"u","PolicyName":"b"}`)
	r.equal("policy", []any{read["PolicyName"], read["UserName"], read["PolicyDocument"]}, []any{"b", "u", denyAll})
	// Only these two actions take unknown members (A15).
	r.must("ReadUserPolicy", `{"UserName":"u","PolicyName":"b","Foo":1}`)
	r.must("ReadUserPolicies", `{"UserName":"u","Foo":1}`)
	r.must("DeleteUserPolicy", `{"UserName":"u","PolicyName":"b"}`)
	r.expect("400/5044", "DeleteUserPolicy", `{"UserName":"u","PolicyName":"b"}`)
	r.expect("400/5044", "ReadUserPolicy", `{"UserName":"u","PolicyName":"b"}`)
	for _, action := range []string{"ReadUserPolicy", "DeleteUserPolicy"} {
		r.expect("400/5098", action, `{"UserName":"none","PolicyName":"a"}`)
	}
	r.expect("400/5098", "ReadUserPolicies", `{"UserName":"none"}`)
	r.expect("400/5098", "PutUserPolicy", `{"UserName":"none","PolicyName":"a","PolicyDocument":%q}`, allowAll)
}

func TestInlinePolicy_ofGroup(t *testing.T) {
	r := newHarness(t)
	r.must("CreateUserGroup", `{"UserGroupName":"g","Path":"/x/"}`)
	r.inOrder(
		func() {
			r.must("PutUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"b","PolicyDocument":%q}`, allowAll)
		},
		func() {
			r.must("PutUserGroupPolicy", `{"UserGroupName":"g","UserGroupPath":"/x/","PolicyName":"a","PolicyDocument":%q}`, denyAll)
		},
	)
	policies := r.must("ReadUserGroupPolicies", `{"UserGroupName":"g"}`)
	r.equal("names", column(policies, "Policies", "Name"), "b a")
	r.equal("documents", column(policies, "Policies", "Body"), allowAll+" "+denyAll)
	page := r.must("ReadUserGroupPolicies", `{"UserGroupName":"g","FirstItem":1,"ResultsPerPage":1}`)
	r.equal("page", column(page, "Policies", "Name"), "a")
	read := r.must("ReadUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"a"}`)["Policy"].(map[string]any)
	r.equal("policy", []any{read["Name"], read["Body"]}, []any{"a", denyAll})
	r.expect("400/5060", "ReadUserGroupPolicy", `{"UserGroupName":"g","UserGroupPath":"/","PolicyName":"a"}`)
	r.must("DeleteUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"a"}`)
	r.expect("400/5044", "DeleteUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"a"}`)
	r.expect("400/5044", "ReadUserGroupPolicy", `{"UserGroupName":"g","PolicyName":"a"}`)
	r.expect("400/5060", "PutUserGroupPolicy", `{"UserGroupName":"none","PolicyName":"a","PolicyDocument":%q}`, allowAll)
}
