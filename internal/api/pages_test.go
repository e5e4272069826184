package api

import (
	"strings"
	"testing"
)

const morePages = `,"HasMoreItems":true,"ResponseContext":{"RequestId":"r"}}`

func TestReadPages_shiftedPages(t *testing.T) {
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

// TestReadPages_samePageRepeated: the list must end, whatever the API says.
func TestReadPages_samePageRepeated(t *testing.T) {
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

func TestReadPages_missingList(t *testing.T) {
	r := newRig(t, ok(`{"ResponseContext":{"RequestId":"r"}}`))
	if _, err := r.ReadUserGroups(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "UserGroups") {
		t.Errorf("got %v", err)
	}
}
