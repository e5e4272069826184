package base_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestCheckRename: the plan refuses a name that another object of the same kind has, in any order of the plans. If the other
// object was planned before and gets another name, the plan only has a warning.
func TestCheckRename(t *testing.T) {
	t.Parallel()
	for typeName, name := range map[string]string{"outscale_user": "user_name", "outscale_user_group": "user_group_name", "outscale_policy": "policy_name"} {
		t.Run(typeName, func(t *testing.T) {
			t.Parallel()
			h := acctest.NewProtocol(t)
			named := func(value any) acctest.Args {
				args := acctest.Args{name: value}
				if typeName == "outscale_policy" {
					args["document"] = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`
				}
				return args
			}
			one, two := h.Resource(typeName, named("one")), h.Resource(typeName, named("two"))
			h.ResetCalls()

			one.Plan(named("two")).ExpectError("Name is taken", acctest.At(name), " one (id "+one.String("id")+")", "id "+two.String("id")+" has", "three applies")
			swap := h.Start()
			swap.Plan(one, named("two")).ExpectError("Name is taken", acctest.At(name))
			swap.Plan(two, named("one")).ExpectError("Name is taken", acctest.At(name))

			for _, next := range []any{"three", acctest.Unknown} {
				chain := h.Start()
				chain.Plan(two, named(next)).ExpectNone()
				last := chain.Plan(one, named("two"))
				last.ExpectNoErrors()
				last.ExpectWarning("Another rename must come first", acctest.At(name), two.String("id"), "`depends_on`")
			}
			h.ExpectWrites()
			two.Update(named("three"))
			one.Update(named("two"))

			one.SetState(map[string]any{name: "one", "id": one.String("id")}) // the name in the state is out of date
			one.SkipRefresh = true
			one.Plan(named("two")).ExpectNoErrors()
		})
	}
}
