package policyjson_test

import (
	"maps"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestPlan_unknownActions: a plan warns of a misspelled action while the document is new or changes, and not in later plans.
func TestPlan_unknownActions(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	document := func(action string) string {
		return `{"Statement":[{"Effect":"Allow","Action":["` + action + `"],"Resource":["*"]}]}`
	}
	const warning, right, wrong = "Policy names unknown actions", "api:ReadAccessKeys", "api:ReadAcessKeys"
	h.CreateUser("ci")
	h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "p", "document": document(right)})
	for typeName, config := range map[string]acctest.Args{
		"outscale_policy":                   {"policy_name": "new"},
		"outscale_policy_version":           {"policy_orn": policy.String("orn")},
		"outscale_user_inline_policy":       {"user_name": "ci", "policy_name": "new"},
		"outscale_user_group_inline_policy": {"user_group_name": "ops", "policy_name": "new"},
	} {
		with := func(action string) acctest.Args {
			args := maps.Clone(config)
			args["document"] = document(action)
			return args
		}
		t.Log(typeName)
		r := h.NewResource(typeName)
		r.Plan(with(wrong)).ExpectWarning(warning, acctest.At("document"), wrong+" (the most similar action is "+right+")")
		r.Update(with(wrong))
		r.ExpectEmptyPlan(with(wrong)).ExpectNone()
		r.Plan(with("api:Raed*")).ExpectWarning(warning, "  - api:Raed*\n")
		r.Plan(with(right)).ExpectNone()
	}
}
