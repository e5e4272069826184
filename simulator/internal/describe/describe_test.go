package describe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// body decodes a request as the simulator does.
func body(t *testing.T, text string) map[string]any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var decoded map[string]any
	if err := decoder.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func TestTakes_schemes(t *testing.T) {
	both := 0
	for _, action := range actions {
		if action.Takes(BasicAuth) {
			both++
			if !action.Takes(APIKeyAuthSec) || action.Takes(APIKeyAuth) || action.Anonymous() {
				t.Errorf("%s: %v", action.Name, action.Schemes)
			}
		}
	}
	if both != 14 {
		t.Errorf("%d actions take Basic, want 14", both)
	}
	for name, want := range map[string]Scheme{"ReadUsers": APIKeyAuth, "CreateUser": APIKeyAuth, "ReadAccounts": APIKeyAuth, "ReadApiAccessPolicy": BasicAuth, "DeleteAccessKey": BasicAuth} {
		action, ok := Lookup(name)
		if !ok || !action.Takes(want) || !action.Served {
			t.Errorf("%s: %+v", name, action)
		}
	}
	if regions, _ := Lookup("ReadRegions"); !regions.Anonymous() || !regions.Served {
		t.Errorf("ReadRegions: %+v", regions)
	}
}

func TestLookup_actions(t *testing.T) {
	if vms, ok := Lookup("ReadVms"); !ok || vms.Served {
		t.Errorf("an action that exists and is not served: %+v, %t", vms, ok)
	}
	for _, name := range []string{"", "readusers", "ReadUser", "ReadSecretAccessKey"} {
		if _, ok := Lookup(name); ok {
			t.Errorf("%q is not an action", name)
		}
	}
	for name, action := range actions {
		if name != action.Name {
			t.Errorf("%s is filed under %s", action.Name, name)
		}
		if action.Served {
			open := name == "ReadUserPolicy" || name == "ReadUserPolicies"
			if action.Request.Closed == open || action.Request.Kind != Object {
				t.Errorf("%s: %+v", name, action.Request)
			}
		}
	}
	if served := Served(); len(served) == 0 || !slices.IsSorted(served) {
		t.Errorf("served: %v", served)
	}
	if CheckVersion(Version()) != nil {
		t.Errorf("description version %q", Version())
	}
}

func TestCheck_violations(t *testing.T) {
	for _, tt := range []struct {
		name, action, version, body string
		want                        *Violation
	}{
		{"all members", "CreateAccessKey", "1.40.1", `{"UserName":"a","Tag":"","ExpirationDate":"2063-04-05","DryRun":true}`, nil},
		{"nothing required", "ReadAccessKeys", "1.40.1", `{}`, nil},
		{"nested", "ReadAccessKeys", "1.40.1", `{"Filters":{"AccessKeyIds":["A"],"States":[]}}`, nil},
		{"integers", "ReadUsers", "1.40.1", `{"FirstItem":0,"ResultsPerPage":1e2}`, nil},

		{"unknown", "CreateAccessKey", "1.40.1", `{"Username":"a"}`, &Violation{UnknownMember, "Username", ""}},
		{"first unknown by name", "CreateAccessKey", "1.40.1", `{"Z":1,"B":1,"Tag":3}`, &Violation{UnknownMember, "B", ""}},
		{"unknown before missing", "DeleteAccessKey", "1.40.1", `{"State":"ACTIVE"}`, &Violation{UnknownMember, "State", ""}},
		{"nested unknown", "ReadAccessKeys", "1.40.1", `{"Filters":{"Tags":["a"]}}`, &Violation{UnknownMember, "Filters.Tags", ""}},

		{"missing", "DeleteAccessKey", "1.40.1", `{}`, &Violation{Missing, "AccessKeyId", ""}},
		{"empty", "DeleteAccessKey", "1.40.1", `{"AccessKeyId":""}`, &Violation{Missing, "AccessKeyId", ""}},
		{"second missing", "CheckAuthentication", "1.40.1", `{"Login":"a"}`, &Violation{Missing, "Password", ""}},
		{"false and 0 are given", "UpdateApiAccessPolicy", "1.40.1", `{"RequireTrustedEnv":false,"MaxAccessKeyExpirationSeconds":0}`, nil},

		{"number for a string", "DeleteAccessKey", "1.40.1", `{"AccessKeyId":1}`, &Violation{WrongType, "AccessKeyId", String}},
		{"null", "CreateAccessKey", "1.40.1", `{"Tag":null}`, &Violation{WrongType, "Tag", String}},
		{"null for a required one", "DeleteAccessKey", "1.40.1", `{"AccessKeyId":null}`, &Violation{WrongType, "AccessKeyId", String}},
		{"string for an object", "ReadAccessKeys", "1.40.1", `{"Filters":"x"}`, &Violation{WrongType, "Filters", Object}},
		{"array for an object", "ReadAccessKeys", "1.40.1", `{"Filters":[{}]}`, &Violation{WrongType, "Filters", Object}},
		{"string for an array", "ReadAccessKeys", "1.40.1", `{"Filters":{"States":"ACTIVE"}}`, &Violation{WrongType, "Filters.States", Array}},
		{"an item", "ReadAccessKeys", "1.40.1", `{"Filters":{"States":["ACTIVE",true]}}`, &Violation{WrongType, "Filters.States[1]", String}},
		{"fraction", "ReadUsers", "1.40.1", `{"FirstItem":0.5}`, &Violation{WrongType, "FirstItem", Integer}},
		{"beyond 64 bits", "ReadUsers", "1.40.1", `{"FirstItem":1e400}`, &Violation{WrongType, "FirstItem", Integer}},
		{"text for a boolean", "CreateAccessKey", "1.40.1", `{"DryRun":"true"}`, &Violation{WrongType, "DryRun", Boolean}},

		{"1.40.1 learned", "UpdateAccessKey", "1.40.1", `{"AccessKeyId":"A","Tag":"t","ClearTag":true,"ClearExpirationDate":true}`, nil},
		{"1.39 does not know", "UpdateAccessKey", "1.39", `{"AccessKeyId":"A","State":"ACTIVE","ClearTag":true}`, &Violation{UnknownMember, "ClearTag", ""}},
		{"1.40.0 neither", "UpdateAccessKey", "1.40.0", `{"AccessKeyId":"A","State":"ACTIVE","Tag":"t"}`, &Violation{UnknownMember, "Tag", ""}},
		{"1.39 wants State", "UpdateAccessKey", "1.39", `{"AccessKeyId":"A"}`, &Violation{Missing, "State", ""}},
		{"1.39 has Tag on Create", "CreateAccessKey", "1.39", `{"Tag":"t"}`, nil},
		{"1.34.2 has not", "CreateAccessKey", "1.34.2", `{"Tag":"t"}`, &Violation{UnknownMember, "Tag", ""}},
		{"1.26 has no owners", "DeleteAccessKey", "1.26", `{"AccessKeyId":"A","UserName":"u"}`, &Violation{UnknownMember, "UserName", ""}},
		{"1.33 has no filter", "ReadUsers", "1.33", `{"Filters":{}}`, &Violation{UnknownMember, "Filters", ""}},
		{"unreadable version is the newest", "UpdateAccessKey", "new", `{"AccessKeyId":"A","Tag":"t"}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			action, ok := Lookup(tt.action)
			if !ok {
				t.Fatal("no such action")
			}
			got := Check(action, tt.version, body(t, tt.body))
			switch {
			case got == nil && tt.want == nil:
			case got == nil || tt.want == nil || *got != *tt.want:
				t.Errorf("%s: got %+v, want %+v", tt.body, got, tt.want)
			}
		})
	}
}

func TestCheck_floats(t *testing.T) {
	users, _ := Lookup("ReadUsers")
	if v := Check(users, "1.40.1", map[string]any{"FirstItem": float64(3)}); v != nil {
		t.Errorf("%+v", v)
	}
	if v := Check(users, "1.40.1", map[string]any{"FirstItem": 3.5}); v == nil {
		t.Error("3.5 is not an integer")
	}
}

func TestInt_values(t *testing.T) {
	for text, want := range map[json.Number]int64{"0": 0, "-5": -5, "1.0": 1, "1e3": 1000, "9223372036854775807": 1<<63 - 1} {
		if got, ok := Int(text); !ok || got != want {
			t.Errorf("%s: %d, %t", text, got, ok)
		}
	}
	for _, text := range []json.Number{"0.1", "9223372036854775808", "1e30", "1e999999999", "", "x"} {
		if got, ok := Int(text); ok {
			t.Errorf("%s is taken for %d", text, got)
		}
	}
	if _, ok := Int("1"); ok {
		t.Error("a string is accepted as an integer")
	}
}

func TestAtLeast_versions(t *testing.T) {
	for _, version := range []string{"1.40.1", "v1.40.1", "1.39"} {
		if err := CheckVersion(version); err != nil {
			t.Error(err)
		}
	}
	for _, version := range []string{"", "1", "1.2.3.4", "1.x", "1.-2", "latest", "1.70000"} {
		if CheckVersion(version) == nil {
			t.Errorf("%q is accepted as a version", version)
		}
	}
	for _, tt := range []struct {
		version, since string
		want           bool
	}{
		{"1.40.1", "1.40.1", true}, {"1.40.0", "1.40.1", false}, {"1.39", "1.40.1", false}, {"1.9", "1.27", false}, {"2.0", "1.40.1", true}, {"1.41", "1.40.1", true},
	} {
		if got := AtLeast(tt.version, tt.since); got != tt.want {
			t.Errorf("AtLeast(%s, %s) = %t", tt.version, tt.since, got)
		}
	}
	create, _ := Lookup("CreateUser")
	if create.In("1.26") || !create.In("1.27") {
		t.Error("users came with 1.27")
	}
}

// Every name in the tables of since.go is in the description, so that a typing error is noticed.
func TestSince_namesExist(t *testing.T) {
	for _, table := range []map[string]map[string]string{memberSince, requiredUntil} {
		for name, members := range table {
			action, ok := Lookup(name)
			if !ok || !action.Served {
				t.Errorf("%s is not served", name)
			}
			for path, version := range members {
				if _, ok := action.Request.member(path); !ok {
					t.Errorf("%s has no %s", name, path)
				}
				if CheckVersion(version) != nil {
					t.Errorf("%s %s: version %q", name, path, version)
				}
			}
		}
	}
	for name, version := range actionSince {
		if action, ok := Lookup(name); !ok || !action.Served || CheckVersion(version) != nil {
			t.Errorf("%s since %q", name, version)
		}
	}
}
