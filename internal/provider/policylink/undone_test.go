package policylink_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestRelations_undone: a relation that one resource makes and another one removes is a warning, whichever is planned first.
// There is none before the removal is planned. Blocks that name it are a warning too; an exclusive list is to name it.
func TestRelations_undone(t *testing.T) {
	t.Parallel()
	type blocks = []map[string]any
	const warning, same = "Two resources undo each other", "Two resources manage the same object"
	for name, c := range map[string]struct {
		list, maker string
		// the arguments of both, and those of a list that names the relation of the maker as well
		lists, makes, both func(orn []string) acctest.Args
		relation           string
	}{
		"policy block of a user": {"outscale_user", "outscale_user_policy_link",
			func(orn []string) acctest.Args {
				return acctest.Args{"user_name": "ci", "policy": blocks{{"policy_orn": orn[0]}}}
			},
			func(orn []string) acctest.Args { return acctest.Args{"user_name": "ci", "policy_orn": orn[1]} },
			func(orn []string) acctest.Args {
				return acctest.Args{"user_name": "ci", "policy": blocks{{"policy_orn": orn[0]}, {"policy_orn": orn[1]}}}
			},
			"policy/b of user ci"},
		"policy block of a group": {"outscale_user_group", "outscale_user_group_policy_link",
			func(orn []string) acctest.Args {
				return acctest.Args{"user_group_name": "ops", "policy": blocks{{"policy_orn": orn[0]}}}
			},
			func(orn []string) acctest.Args { return acctest.Args{"user_group_name": "ops", "policy_orn": orn[1]} },
			func(orn []string) acctest.Args {
				return acctest.Args{"user_group_name": "ops", "policy": blocks{{"policy_orn": orn[0]}, {"policy_orn": orn[1]}}}
			},
			"policy/b of user group ops"},
		"user block": {"outscale_user_group", "outscale_user_group_membership",
			func([]string) acctest.Args {
				return acctest.Args{"user_group_name": "ops", "user": blocks{{"user_name": "alice"}}}
			},
			func([]string) acctest.Args { return acctest.Args{"user_group_name": "ops", "user_name": "bob"} },
			func([]string) acctest.Args {
				return acctest.Args{"user_group_name": "ops", "user": blocks{{"user_name": "alice"}, {"user_name": "bob"}}}
			},
			"user bob in user group ops"},
		"exclusive list": {"outscale_user_policies_exclusive", "outscale_user_policy_link",
			func(orn []string) acctest.Args {
				return acctest.Args{"user_name": "alice", "policy_orns": []any{orn[0]}}
			},
			func(orn []string) acctest.Args { return acctest.Args{"user_name": "alice", "policy_orn": orn[1]} },
			func(orn []string) acctest.Args {
				return acctest.Args{"user_name": "alice", "policy_orns": []any{orn[0], orn[1]}}
			},
			"policy/b of user alice"},
		"exclusive inline policies": {"outscale_user_inline_policies_exclusive", "outscale_user_inline_policy",
			func([]string) acctest.Args { return acctest.Args{"user_name": "alice", "policy_names": []any{}} },
			func([]string) acctest.Args {
				return acctest.Args{"user_name": "alice", "policy_name": "x", "document": document}
			},
			func([]string) acctest.Args { return acctest.Args{"user_name": "alice", "policy_names": []any{"x"}} },
			"inline policy x of user alice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			h.CreateUser("alice")
			h.CreateUser("bob")
			var orn []string
			for _, name := range []string{"a", "b"} {
				created, err := h.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: name, Path: "/", Document: document})
				h.NoError(err)
				orn = append(orn, created.ORN)
			}
			list, maker := h.Resource(c.list, c.lists(orn)), h.NewResource(c.maker)
			maker.Apply(c.makes(orn)).ExpectNone()
			for _, makerFirst := range []bool{true, false} {
				p := h.Start()
				if makerFirst {
					p.Plan(maker, c.makes(orn)).ExpectNone()
					p.Plan(list, c.lists(orn)).ExpectWarning(warning, c.relation)
				} else {
					p.Plan(list, c.lists(orn)).ExpectNoWarning(warning)
					p.Plan(maker, c.makes(orn)).ExpectWarning(warning, c.relation)
				}
			}
			p := h.Start()
			p.Plan(list, c.both(orn)).ExpectNone()
			if last := p.Plan(maker, c.makes(orn)); strings.HasSuffix(c.list, "_exclusive") {
				last.ExpectNone()
			} else {
				last.ExpectWarning(same, c.relation)
			}
		})
	}
}
