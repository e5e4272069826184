package api

import (
	"strings"
	"testing"
)

const morePages = `,"HasMoreItems":true,"ResponseContext":{"RequestId":"r"}}`

func TestObject_shiftedPages(t *testing.T) {
	r := newRig(t,
		ok(`{"Policies":[{"Orn":"orn:1"},{"Orn":"orn:2"}]`+morePages),
		ok(`{"Policies":[{"Orn":"orn:2"},{"Orn":"orn:3"}]`+morePages),
		ok(`{"Policies":[]`+morePages))
	found, err := r.ReadPolicies(t.Context(), ReadPoliciesInput{Scope: ScopeLocal})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != 3 || r.sent() != 3 {
		t.Errorf("%d policies after %d calls, want 3 after 3", len(found), r.sent())
	}
	if !strings.Contains(r.bodies[2], `"FirstItem":4`) || !strings.Contains(r.bodies[0], `"Scope":"LOCAL"`) {
		t.Errorf("requests %q", r.bodies)
	}
}

// TestObject_samePageRepeated: the list ends even if the API repeats a page for ever.
func TestObject_samePageRepeated(t *testing.T) {
	users := ok(`{"Users":[{"UserId":"U1","UserName":"bob"}]` + morePages)
	entities := ok(`{"PolicyEntities":{"Users":[{"Id":"U1"}],"HasMoreItems":true},"ResponseContext":{"RequestId":"r"}}`)
	for name, read := range map[string]func(*rig) error{
		"ReadUsers": func(r *rig) error { _, err := r.ReadUsers(t.Context(), nil); return err },
		"ReadEntitiesLinkedToPolicy": func(r *rig) error {
			_, err := r.ReadEntitiesLinkedToPolicy(t.Context(), "orn:1")
			return err
		},
	} {
		r := newRig(t, map[string]reply{"ReadUsers": users, "ReadEntitiesLinkedToPolicy": entities}[name])
		if err := read(r); err == nil || !strings.Contains(err.Error(), "only items of earlier pages") || r.sent() != 2 {
			t.Errorf("%s: after %d calls: %v", name, r.sent(), err)
		}
	}
}

// An empty list proves that objects are gone, so an answer without a list must be an error.
func TestObject_missingList(t *testing.T) {
	for list, read := range map[string]func(*rig) error{
		"AccessKeys":     func(r *rig) error { _, err := r.ReadAccessKeys(t.Context(), ReadAccessKeysInput{}); return err },
		"Users":          func(r *rig) error { _, err := r.ReadUsers(t.Context(), nil); return err },
		"UserGroups":     func(r *rig) error { _, err := r.ReadUserGroups(t.Context(), nil); return err },
		"Policies":       func(r *rig) error { _, err := r.ReadLinkedPolicies(t.Context(), "bob"); return err },
		"PolicyNames":    func(r *rig) error { _, err := r.ReadUserPolicies(t.Context(), "bob"); return err },
		"ApiAccessRules": func(r *rig) error { _, err := r.ReadAPIAccessRules(t.Context()); return err },
		"Cas":            func(r *rig) error { _, err := r.ReadCAs(t.Context()); return err },
	} {
		for _, body := range []string{`{}`, `{"` + list + `":null}`} {
			r := newRig(t, ok(body))
			if err := read(r); err == nil || !strings.Contains(err.Error(), "the answer has no "+list) || r.sent() != 1 {
				t.Errorf("%s: after %d calls: %v", body, r.sent(), err)
			}
		}
		r := newRig(t, ok(`{"`+list+`":[]}`))
		if err := read(r); err != nil {
			t.Errorf("%s, empty: %v", list, err)
		}
	}
}

// TestObject_missingInnerList: an answer without a list is an error too if the list comes with an object or is in one.
func TestObject_missingInnerList(t *testing.T) {
	group := func(r *rig) error { _, _, err := r.ReadUserGroup(t.Context(), GroupRef{Name: "ops"}); return err }
	rules := func(r *rig) error { _, err := r.ReadAPIAccessRules(t.Context()); return err }
	entities := func(r *rig) error { _, err := r.ReadEntitiesLinkedToPolicy(t.Context(), "orn:1"); return err }
	for body, c := range map[string]struct {
		read func(*rig) error
		want string
	}{
		`{"UserGroup":{"UserGroupId":"ug-1","Name":"ops"}}`:               {group, "has no Users"},
		`{"UserGroup":{"UserGroupId":"ug-1","Name":"ops"},"Users":[]}`:    {group, ""},
		`{"ApiAccessRules":[{"ApiAccessRuleId":"aar-1"}]}`:                {rules, "without its lists"},
		`{"ApiAccessRules":[{"ApiAccessRuleId":"aar-1","IpRanges":[]}]}`:  {rules, ""},
		`{"PolicyEntities":{}}`:                                           {entities, "no complete list"},
		`{"PolicyEntities":{"ItemsCount":0}}`:                             {entities, ""},
		`{"PolicyEntities":{"Groups":[]}}`:                                {entities, ""},
		`{"PolicyEntities":{"Users":[{"Id":"U1"}],"ItemsCount":2}}`:       {entities, "no complete list"},
		`{"PolicyEntities":{"Users":[{"Id":"U1"}],"ItemsCount":1}}`:       {entities, ""},
		`{"PolicyEntities":{"Groups":null,"Accounts":null,"Users":null}}`: {entities, "no complete list"},
	} {
		r := newRig(t, ok(body))
		if err := c.read(r); (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) || r.sent() != 1 {
			t.Errorf("%s: after %d calls: %v", body, r.sent(), err)
		}
	}
	r := newRig(t, ok(`{"PolicyEntities":{"Users":[{"Id":"U1"}],"ItemsCount":2,"HasMoreItems":true}}`), ok(`{"PolicyEntities":{"Groups":[{"Id":"ug-1"}],"ItemsCount":2}}`))
	if err := entities(r); err != nil || r.sent() != 2 {
		t.Errorf("two pages: after %d calls: %v", r.sent(), err)
	}
}

// A user without an id cannot be identified, so the answer is unusable.
func TestObject_withoutID(t *testing.T) {
	r := newRig(t, ok(`{"Users":[{"UserName":"bob"}]}`))
	if found, err := r.ReadUsers(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "a user without an id") {
		t.Errorf("got %v, %v", found, err)
	}
}
