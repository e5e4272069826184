// Package acceptance_test has the tests of the provider that need a CLI: they run the built provider with OpenTofu or Terraform. Tests
// that need no CLI use the plugin protocol and are in the package of the code.
package acceptance_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	accessKeyAddress   = "outscale_access_key.this"
	rotatingKeyAddress = "outscale_rotating_access_key.this"
	userAddress        = "outscale_user.this"
)

// noChange expects an empty plan of a step.
var noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// planned expects an action of the plan of a step for a resource.
func planned(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// attribute is a state check of one attribute.
func attribute(address, name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

// writes checks the changing calls since ResetCalls after a step.
func writes(c *acctest.CLI, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		c.ExpectWrites(want...)
		return nil
	}
}

// sealTo returns the argument seal_to with recipients.
func sealTo(keys ...string) string { return `seal_to = ["` + strings.Join(keys, `", "`) + `"]` }

// owner returns a user block. byName and byID are arguments that make the user the owner of a key.
func owner(name string) string { return acctest.User("owner", `user_name = "`+name+`"`) }

const (
	byName = "user_name = outscale_user.owner.user_name"
	byID   = "user_id = outscale_user.owner.user_id"
)

// Commands of the CLIs.
var (
	apply   = []string{"apply", "-auto-approve", "-input=false", "-no-color"}
	destroy = []string{"destroy", "-auto-approve", "-input=false", "-no-color"}
)

// planTo and applyPlan save a plan and apply it.
func planTo(file string) []string {
	return []string{"plan", "-input=false", "-no-color", "-out=" + file}
}

func applyPlan(file string) []string { return []string{"apply", "-input=false", "-no-color", file} }

// expectNothingLeft fails the test if there is a key or a user at the API.
func expectNothingLeft(t *testing.T, c *acctest.CLI) {
	t.Helper()
	if keys, users := len(c.Keys()), len(c.Users()); keys+users != 0 {
		t.Errorf("%d keys and %d users are left", keys, users)
	}
}
