package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestUser_basic(t *testing.T) {
	r := newHarness(t, func(o *Options) { o.AccountEmail = "owner@example.org" })
	user := r.must("CreateUser", `{"UserName":"example-user","Path":"/documentation/","UserEmail":"user@example.com"}`)["User"].(map[string]any)
	for name, want := range map[string]any{
		"UserName": "example-user", "Path": "/documentation/", "UserEmail": "user@example.com", "OutscaleLoginAllowed": false,
		"CreationDate": "2026-01-02T03:04:05.678+0000", "LastModificationDate": "2026-01-02T03:04:05.678+0000",
	} {
		if user[name] != want {
			t.Errorf("%s is %v, want %v", name, user[name], want)
		}
	}
	id := user["UserId"].(string)
	if len(id) != 31 { // A41
		t.Errorf("id %q", id)
	}
	plain := r.createUser("plain")
	if plain["Path"] != "/" || plain["UserEmail"] != "owner@example.org" {
		t.Errorf("defaults: %v", plain)
	}
	// A44: a rename keeps the id, and keys follow.
	key := r.createKey(`{"UserName":"example-user"}`)["AccessKeyId"]
	r.clock.move(time.Hour)
	renamed := r.must("UpdateUser", `{"UserName":"example-user","NewUserName":"test-user"}`)["User"].(map[string]any)
	if renamed["UserId"] != id || renamed["UserName"] != "test-user" || renamed["Path"] != "/documentation/" ||
		renamed["UserEmail"] != "user@example.com" || renamed["LastModificationDate"] != "2026-01-02T04:04:05.678+0000" {
		t.Errorf("renamed: %v", renamed)
	}
	if keys := r.keys(`{"UserName":"test-user"}`); len(keys) != 1 || keys[0]["AccessKeyId"] != key {
		t.Errorf("keys after the rename: %v", keys)
	}
	r.call("ReadAccessKeys", `{"UserName":"example-user"}`).refused(http.StatusBadRequest, "5098", "InvalidResource")
	moved := r.must("UpdateUser", `{"UserName":"test-user","NewPath":"/product/","NewUserEmail":"x@y.example"}`)["User"].(map[string]any)
	if moved["Path"] != "/product/" || moved["UserEmail"] != "x@y.example" || moved["UserName"] != "test-user" {
		t.Errorf("moved: %v", moved)
	}
	r.must("UpdateUser", `{"UserName":"test-user","NewUserName":"test-user"}`) // its own name is not taken
	// A12: no delete with keys, in any state.
	r.must("UpdateAccessKey", `{"UserName":"test-user","AccessKeyId":%q,"State":"INACTIVE"}`, key)
	r.call("DeleteUser", `{"UserName":"test-user"}`).refused(http.StatusConflict, "9002", "ResourceConflict")
	r.must("DeleteAccessKey", `{"UserName":"test-user","AccessKeyId":%q}`, key)
	r.must("DeleteUser", `{"UserName":"test-user"}`)
	r.call("DeleteUser", `{"UserName":"test-user"}`).refused(http.StatusBadRequest, "5098", "InvalidResource")
	r.call("UpdateUser", `{"UserName":"test-user"}`).refused(http.StatusBadRequest, "5098", "InvalidResource")
}

func TestCreateUser_duplicateName(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	r.createUser("eve")
	r.call("CreateUser", `{"UserName":"bob","Path":"/elsewhere/"}`).refused(http.StatusConflict, "9022", "ResourceConflict")
	r.call("UpdateUser", `{"UserName":"eve","NewUserName":"bob"}`).refused(http.StatusConflict, "9022", "ResourceConflict")
	r.createUser("Bob") // names are case-sensitive
}

func TestUser_badValues(t *testing.T) {
	r := newHarness(t)
	r.createUser("bob")
	for members, code := range map[string]string{
		`"NewUserName":"a b"`: "4043", `"NewUserName":"é"`: "4043", `"NewUserName":"a/b"`: "4043", `"NewUserName":"a\nb"`: "4043",
		`"NewUserName":""`: "4106", fmt.Sprintf(`"NewUserName":%q`, strings.Repeat("a", 65)): "4106",
		`"NewPath":"a/"`: "4043", `"NewPath":"/a"`: "4043", `"NewPath":"/a-b/"`: "4043", `"NewPath":"/a b/"`: "4043",
		`"NewPath":""`: "4106", fmt.Sprintf(`"NewPath":%q`, "/"+strings.Repeat("a", 511)+"/"): "4106",
		`"NewUserEmail":"x"`: "4020", `"NewUserEmail":""`: "4020", `"NewUserEmail":"a b@c.example"`: "4020", `"NewUserEmail":"a@b"`: "4020",
	} {
		r.call("UpdateUser", `{"UserName":"bob",%s}`, members).refused(http.StatusBadRequest, code, "InvalidParameterValue")
		if create := strings.NewReplacer("NewUserName", "UserName", "NewPath", "Path", "NewUserEmail", "UserEmail").Replace(members); !strings.Contains(create, `"UserName"`) {
			r.call("CreateUser", `{"UserName":"eve",%s}`, create).refused(http.StatusBadRequest, code, "InvalidParameterValue")
		}
	}
	r.call("CreateUser", `{"UserName":"a:b"}`).refused(http.StatusBadRequest, "4043", "InvalidParameterValue")
	for _, name := range []string{"a", "A0+=,.@_-", strings.Repeat("a", 64)} {
		r.createUser(name)
	}
	for _, path := range []string{"/", "/a/", "/a_B/9/", "/" + strings.Repeat("a", 510) + "/"} {
		r.must("UpdateUser", `{"UserName":"bob","NewPath":%q}`, path)
	}
}

func TestReadUsers_pages(t *testing.T) {
	r := newHarness(t)
	var names []string
	for i := range 105 {
		names = append(names, fmt.Sprintf("user-%03d", i))
		r.createUser(names[i])
		r.clock.move(time.Millisecond) // A28: order of creation
	}
	one := newHarness(t, func(o *Options) { o.Assumptions.FirstItemOne = true })
	for i := range 3 {
		one.createUser(names[i])
		one.clock.move(time.Millisecond)
	}
	for _, test := range []struct {
		sim       *harness
		request   string
		want      []string
		more, cut bool
	}{
		{r, `{}`, names[:100], true, false},
		{r, `{"FirstItem":100}`, names[100:], false, false},
		{r, `{"FirstItem":1,"ResultsPerPage":2}`, names[1:3], true, false},
		{r, `{"ResultsPerPage":1000}`, names, false, false},
		{r, `{"ResultsPerPage":1001}`, names, false, true},
		{r, `{"FirstItem":105}`, nil, false, false},
		{r, `{"FirstItem":9007199254740992,"ResultsPerPage":9007199254740992}`, nil, false, true},
		{one, `{"ResultsPerPage":2}`, names[:2], true, false},
		{one, `{"FirstItem":1,"ResultsPerPage":2}`, names[:2], true, false},
		{one, `{"FirstItem":3,"ResultsPerPage":2}`, names[2:3], false, false},
		{one, `{"FirstItem":0,"ResultsPerPage":2}`, names[:2], true, false},
	} {
		got := test.sim.must("ReadUsers", "%s", test.request)
		var have []string
		for _, user := range objects(got["Users"]) {
			have = append(have, user["UserName"].(string))
		}
		if fmt.Sprint(have) != fmt.Sprint(test.want) || got["HasMoreItems"] != test.more ||
			got["MaxResultsTruncated"] != test.cut || got["MaxResultsLimit"] != 1000.0 {
			t.Errorf("%s: %d users, more %v, cut %v, limit %v", test.request, len(have), got["HasMoreItems"], got["MaxResultsTruncated"], got["MaxResultsLimit"])
		}
	}
	for _, request := range []string{`{"FirstItem":-1}`, `{"ResultsPerPage":0}`, `{"ResultsPerPage":-5}`} {
		r.call("ReadUsers", "%s", request).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	}
	one.call("ReadUsers", `{"FirstItem":-1}`).refused(http.StatusBadRequest, "4047", "InvalidParameterValue")
	id := r.must("ReadUsers", `{"FirstItem":7,"ResultsPerPage":1}`)["Users"].([]any)[0].(map[string]any)["UserId"]
	for request, want := range map[string]int{fmt.Sprintf(`[%q]`, id): 1, `["no such id"]`: 0, `[]`: 0} {
		if got := objects(r.must("ReadUsers", `{"Filters":{"UserIds":%s}}`, request)["Users"]); len(got) != want {
			t.Errorf("filter %s: %d users", request, len(got))
		}
	}
}

func TestGrant_rights(t *testing.T) {
	r := newHarness(t, func(o *Options) {
		o.Grants = []Grant{
			{User: "reader", Actions: []string{"api:Read*"}},
			{User: "keys", Actions: []string{"api:*AccessKey*", "api:DeleteUser"}},
			{User: "all", Actions: []string{"*"}},
			{User: "*", Actions: []string{"api:ReadAccounts"}},
		}
	})
	who := map[string]*harness{}
	for _, name := range []string{"nobody", "reader", "keys", "all"} {
		r.createUser(name)
		who[name] = r.as(r.createKey(`{"UserName":%q}`, name))
	}
	for _, test := range []struct {
		user, action, body string
		allowed            bool
	}{
		{"nobody", "ReadAccessKeys", `{}`, false}, // not even its own keys
		{"nobody", "ReadAccounts", `{}`, true},
		{"nobody", "ReadRegions", `{}`, true}, // needs no caller
		{"reader", "ReadAccessKeys", `{}`, true},
		{"reader", "ReadAccessKeys", `{"UserName":"keys"}`, true}, // another's keys too
		{"reader", "ReadUsers", `{}`, true},
		{"reader", "CreateAccessKey", `{}`, false},
		{"reader", "CreateAccessKey", `{"DryRun":true}`, false}, // A26
		{"keys", "CreateAccessKey", `{}`, true},
		{"keys", "ReadAccessKeys", `{}`, true},
		{"keys", "ReadUsers", `{}`, false},
		{"all", "CreateUser", `{"UserName":"made"}`, true},
	} {
		got := who[test.user].call(test.action, "%s", test.body)
		if test.allowed {
			if got.status != http.StatusOK {
				t.Errorf("%s, %s: %v", test.user, test.action, got.body)
			}
			continue
		}
		got.refused(http.StatusForbidden, "4", "AccessDenied")
		if got.details() != "You are not authorized to perform this action." {
			t.Error(got.details())
		}
	}
	// Without UserName the call is about the caller's own keys.
	own := who["keys"]
	if keys := own.keys(`{}`); len(keys) != 2 || keys[0]["AccessKeyId"] != own.keyID {
		t.Errorf("own keys: %v", keys)
	}
	if keys := own.keys(`{"UserName":"reader"}`); len(keys) != 1 {
		t.Errorf("another's keys: %v", keys)
	}
}

func TestParseGrant_forms(t *testing.T) {
	got, err := ParseGrant("a=b,c=api:ReadUsers,api:Create*")
	if err != nil || got.User != "a=b,c" || fmt.Sprint(got.Actions) != "[api:ReadUsers api:Create*]" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "bob", "bob=", "=api:ReadUsers", "bob=ReadUsers", "bob=api:ReadUsers,"} {
		if got, err := ParseGrant(bad); err == nil {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}
