package acceptance_test

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const day = 24 * time.Hour

// TestAccAccessKey_basic tests the lifecycle of a key: create, empty plan, update, import and verify, all arguments removed, deleted
// out of band, destroy.
func TestAccAccessKey_basic(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	first := acctest.Key("this", `state = "ACTIVE"`, `expiration_date = "2028-01-01"`)
	c.Test(
		resource.TestStep{
			Config: first,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(accessKeyAddress, "access_key_id", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{20}$`))),
				attribute(accessKeyAddress, "secret_key", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{40}$`))),
				attribute(accessKeyAddress, "expiration_date", knownvalue.StringExact("2028-01-01")),
				attribute(accessKeyAddress, "user_name", knownvalue.StringExact("")),
				statecheck.ExpectSensitiveValue(accessKeyAddress, tfjsonpath.New("secret_key")),
			},
			Check: writes(c, "CreateAccessKey", "UpdateAccessKey"),
		},
		resource.TestStep{
			PreConfig: c.ResetCalls, Config: acctest.Key("this", `state = "INACTIVE"`, `expiration_date = "2028-01-01"`),
			ConfigPlanChecks: planned(accessKeyAddress, plancheck.ResourceActionUpdate), Check: writes(c, "UpdateAccessKey"),
		},
		resource.TestStep{
			ResourceName: accessKeyAddress, ImportState: true, ImportStateVerify: true,
			// The secret cannot be read again, and the date has the form of the API instead of that of the user.
			ImportStateVerifyIgnore: []string{"secret_key", "expiration_date"},
		},
		resource.TestStep{
			Config: acctest.Key("this"), ConfigPlanChecks: planned(accessKeyAddress, plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(accessKeyAddress, "state", knownvalue.StringExact("INACTIVE")), attribute(accessKeyAddress, "expiration_date", knownvalue.StringExact("")),
			},
		},
		resource.TestStep{
			PreConfig: func() { c.DeleteKey(c.OnlyKey()) }, Config: acctest.Key("this"),
			ConfigPlanChecks: planned(accessKeyAddress, plancheck.ResourceActionCreate),
		},
	)
}

// TestAccRotatingKey_basic tests the lifecycle of a pair: create, empty plan, a rotation in its window together with a resource that
// reads the pair, the removal of the old key after its expiry, import and destroy.
func TestAccRotatingKey_basic(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	const reader = "resource \"terraform_data\" \"reader\" {\n  input = outscale_rotating_access_key.this.access_key_id\n}\n"
	config := owner("alice") + acctest.Block("outscale_rotating_access_key", "this", `lifetime = "30d"`, `rotate_before = "7d"`, byID) + reader
	rotated := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectResourceAction(rotatingKeyAddress, plancheck.ResourceActionUpdate),
		plancheck.ExpectUnknownValue(rotatingKeyAddress, tfjsonpath.New("access_key_id")),
		plancheck.ExpectResourceAction("terraform_data.reader", plancheck.ResourceActionUpdate),
	}}
	keys := func(want int) resource.TestCheckFunc {
		return func(*terraform.State) error {
			if got := len(c.Keys()); got != want {
				return errors.New("not as many keys as expected")
			}
			return nil
		}
	}
	c.Test(
		resource.TestStep{Config: config, Check: keys(1), ConfigStateChecks: []statecheck.StateCheck{
			attribute(rotatingKeyAddress, "ready_to_rotate", knownvalue.Bool(false)), attribute(rotatingKeyAddress, "previous_access_key_id", knownvalue.Null()),
			statecheck.ExpectSensitiveValue(rotatingKeyAddress, tfjsonpath.New("secret_key")),
		}},
		resource.TestStep{PreConfig: func() { c.Advance(22 * day) }, Config: config, ConfigPlanChecks: noChange},
		resource.TestStep{PreConfig: func() { c.Advance(2 * day) }, Config: config, ConfigPlanChecks: rotated, Check: keys(2)},
		resource.TestStep{PreConfig: func() { c.Advance(7 * day) }, Config: config, ConfigPlanChecks: planned(rotatingKeyAddress, plancheck.ResourceActionUpdate), Check: keys(1)},
		resource.TestStep{ResourceName: rotatingKeyAddress, ImportState: true, ImportStateVerify: true,
			ImportStateVerifyIgnore: []string{"secret_key", "lifetime", "rotate_before", "rotates_after"}},
	)
}

// TestAccUser_basic tests the lifecycle of a user.
func TestAccUser_basic(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	id := func() statecheck.StateCheck { return same.AddStateValue(userAddress, tfjsonpath.New("user_id")) }
	c.Test(
		resource.TestStep{
			Config:            acctest.User("this", `user_name = "alice"`, `path = "/team/"`, `user_email = "alice@example.com"`),
			ConfigStateChecks: []statecheck.StateCheck{id(), attribute(userAddress, "path", knownvalue.StringExact("/team/"))}, Check: writes(c, "CreateUser"),
		},
		resource.TestStep{
			PreConfig: c.ResetCalls, Config: acctest.User("this", `user_name = "robert"`),
			ConfigPlanChecks: planned(userAddress, plancheck.ResourceActionUpdate), Check: writes(c, "UpdateUser"),
			ConfigStateChecks: []statecheck.StateCheck{id(), attribute(userAddress, "path", knownvalue.StringExact("/"))},
		},
		resource.TestStep{ResourceName: userAddress, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: userAddress, ImportState: true, ImportStateId: "robert", ImportStateVerify: true},
		resource.TestStep{
			PreConfig: func() {
				c.OutOfBand(func(ctx context.Context, client *api.Client) error { return client.DeleteUser(ctx, "robert") })
			},
			Config: acctest.User("this", `user_name = "robert"`), ConfigPlanChecks: planned(userAddress, plancheck.ResourceActionCreate),
		},
	)
	expectNothingLeft(t, c)
}

// TestAccData_basic reads every data source in one configuration, with objects that the same configuration creates.
func TestAccData_basic(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	config := owner("alice") + acctest.Key("this", byName, `tag = "one"`) + `
data "outscale_access_key" "one" {
  user_name = "alice"
  filter {
    name   = "tags"
    values = ["one"]
  }
  depends_on = [outscale_access_key.this]
}

data "outscale_access_keys" "all" {
  user_name  = "alice"
  depends_on = [outscale_access_key.this]
}

data "outscale_user" "one" {
  user_id = outscale_user.owner.user_id
}

data "outscale_users" "all" {
  depends_on = [outscale_user.owner]
}

data "outscale_access_key_audit" "account" {
  depends_on = [outscale_access_key.this]
}
`
	c.Test(resource.TestStep{
		Config: config,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.CompareValuePairs(accessKeyAddress, tfjsonpath.New("id"), "data.outscale_access_key.one", tfjsonpath.New("id"), compare.ValuesSame()),
			attribute("data.outscale_access_keys.all", "access_keys", knownvalue.ListSizeExact(1)),
			statecheck.CompareValuePairs("outscale_user.owner", tfjsonpath.New("id"), "data.outscale_user.one", tfjsonpath.New("id"), compare.ValuesSame()),
			attribute("data.outscale_users.all", "users", knownvalue.ListSizeExact(1)),
			attribute("data.outscale_access_key_audit.account", "access_keys", knownvalue.ListSizeExact(2)),
		},
	})
}
