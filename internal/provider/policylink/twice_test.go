package policylink_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestRelations_twice: two resources of one relation are a warning, in the plan that creates them and in later ones. A resource
// that is replaced, another relation, and a relation that is not known yet are none. A process that applies does not warn.
func TestRelations_twice(t *testing.T) {
	t.Parallel()
	const warning = "Two resources manage the same object"
	for typeName, c := range map[string]struct {
		arguments []string
		other     string // the argument that makes it another relation, or one that is not known
		relation  string
	}{
		"outscale_user_policy_link":         {[]string{"user_name", "policy_orn"}, "policy_orn", "policy/a of user alice"},
		"outscale_user_group_policy_link":   {[]string{"user_group_name", "policy_orn"}, "user_group_name", "policy/a of user group ops"},
		"outscale_user_group_membership":    {[]string{"user_name", "user_group_name"}, "user_name", "user alice in user group ops"},
		"outscale_user_inline_policy":       {[]string{"user_name", "policy_name", "document"}, "policy_name", "inline policy x of user alice"},
		"outscale_user_group_inline_policy": {[]string{"user_group_name", "policy_name", "document"}, "user_group_name", "inline policy x of user group ops"},
	} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
			created, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "a", Path: "/", Document: document})
			h.NoError(err)
			all := acctest.Args{"user_name": "alice", "user_group_name": "ops", "policy_orn": created.ORN, "policy_name": "x", "document": document}
			others := acctest.Args{"user_name": "bob", "user_group_name": "dev", "policy_orn": created.ORN + "2", "policy_name": "y"}
			same := acctest.Args{}
			for _, name := range c.arguments {
				same[name] = all[name]
			}
			other, unknown := maps.Clone(same), maps.Clone(same)
			other[c.other], unknown[c.other] = others[c.other], acctest.Unknown

			p, first, second := h.Start(), h.NewResource(typeName), h.NewResource(typeName)
			p.Plan(second, unknown).ExpectNone()
			p.Plan(second, unknown).ExpectNone()
			p.Plan(first, same).ExpectNone()
			p.Plan(second, other).ExpectNone()
			p.Plan(second, same).ExpectWarning(warning, c.relation)
			if shown := p.Plan(second, same).Warnings(); !strings.Contains(shown[0].Summary, c.relation) {
				t.Errorf("the summary does not name the relation: %s", shown[0].Summary)
			}

			plan := first.Plan(same)
			p = h.Start()
			p.Apply(plan, same).ExpectNone()
			p.Plan(second, same).ExpectNone()
			p = h.Start()
			p.Plan(first, same).ExpectNone()
			p.Plan(first, same).ExpectWarning(warning, c.relation) // as two resources in the state are planned
			first.ForceReplace = true
			p = h.Start()
			p.Plan(first, same).ExpectNone()
			p.Plan(second, other).ExpectNone()
		})
	}
}

// TestRelations_ignoredBlocks: blocks that ignore_changes keeps change nothing, so that a resource may create what they name.
func TestRelations_ignoredBlocks(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	created, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "a", Path: "/", Document: document})
	h.NoError(err)
	user := acctest.Args{"user_name": "ci"}
	ci := h.Resource("outscale_user", acctest.Args{"user_name": "ci", "policy": []map[string]any{{"policy_orn": created.ORN}}})
	group := acctest.Args{"user_group_name": "ops"}
	ops := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops", "user": []map[string]any{{"user_name": "alice"}}})
	ci.IgnoreChanges, ops.IgnoreChanges = []string{"policy"}, []string{"user"}
	p := h.Start()
	p.Plan(ci, user).ExpectNone()
	p.Plan(ops, group).ExpectNone()
	p.Plan(h.NewResource("outscale_user_policy_link"), acctest.Args{"user_name": "ci", "policy_orn": created.ORN}).ExpectNone()
	p.Plan(h.NewResource("outscale_user_group_membership"), acctest.Args{"user_name": "alice", "user_group_name": "ops"}).ExpectNone()
}
