package acceptance_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

const address = "outscale_access_key.this"

// value is a state check of one attribute of the key under test.
func value(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

// planned expects what the plan of a step does with the key under test.
func planned(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}, more...)}
}

var noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// TestKeyOfTheCaller walks the full circle with a key of the caller's own: the page's first example.
func TestKeyOfTheCaller(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	first := Key("this", `state           = "ACTIVE"`, `expiration_date = "2028-01-01"`)
	off := Key("this", `state           = "INACTIVE"`, `expiration_date = "2028-01-01"`)
	w.Test(
		resource.TestStep{
			Config: first,
			ConfigStateChecks: []statecheck.StateCheck{
				value("access_key_id", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{20}$`))),
				value("id", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{20}$`))),
				value("secret_key", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{40}$`))),
				value("state", knownvalue.StringExact("ACTIVE")),
				value("expiration_date", knownvalue.StringExact("2028-01-01")),
				value("expired", knownvalue.Bool(false)),
				value("tag", knownvalue.Null()),
				value("user_name", knownvalue.Null()),
				value("user_id", knownvalue.Null()),
				value("creation_date", knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`))),
				value("last_modification_date", knownvalue.StringRegexp(regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`))),
				statecheck.ExpectSensitiveValue(address, tfjsonpath.New("secret_key")),
			},
			Check: resource.ComposeTestCheckFunc(mark.CheckWrites("CreateAccessKey", "UpdateAccessKey"), w.CheckKey(func(key admin.AccessKey) error {
				if key.UserName != "" || key.State != "ACTIVE" || Tag(key) != "" || key.ExpirationDate == nil ||
					!key.ExpirationDate.Equal(time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)) {
					return fmt.Errorf("not as asked: %+v", key)
				}
				return nil
			})),
		},
		resource.TestStep{PreConfig: mark.Move, Config: first, ConfigPlanChecks: noChange, Check: mark.CheckWrites()},
		resource.TestStep{ // a state change keeps the expiry, and the secret
			PreConfig:        mark.Move,
			Config:           off,
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				value("state", knownvalue.StringExact("INACTIVE")), value("expiration_date", knownvalue.StringExact("2028-01-01")),
				value("secret_key", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{40}$`))),
			},
			Check: resource.ComposeTestCheckFunc(mark.CheckWrites("UpdateAccessKey"), w.CheckKey(func(key admin.AccessKey) error {
				if key.State != "INACTIVE" || key.ExpirationDate == nil {
					return fmt.Errorf("not as asked: %+v", key)
				}
				return nil
			})),
		},
		resource.TestStep{
			ResourceName: address, ImportState: true, ImportStateVerify: true,
			// The secret cannot be read again, and the API's own form of a date takes the place of the user's.
			ImportStateVerifyIgnore: []string{"secret_key", "expiration_date"},
		},
		resource.TestStep{ // everything unset: the state stays as it is, expiry and tag go
			PreConfig:        mark.Move,
			Config:           Key("this"),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{
				value("state", knownvalue.StringExact("INACTIVE")), value("expiration_date", knownvalue.Null()), value("expired", knownvalue.Bool(false)),
			},
			Check: resource.ComposeTestCheckFunc(mark.CheckWrites("UpdateAccessKey"), w.CheckKey(func(key admin.AccessKey) error {
				if key.State != "INACTIVE" || key.ExpirationDate != nil {
					return fmt.Errorf("not as asked: %+v", key)
				}
				return nil
			})),
		},
		resource.TestStep{ // gone out of band: planned again
			PreConfig: w.ByHand(func(ctx context.Context, client *api.Client) error {
				return client.DeleteAccessKey(ctx, "", w.OnlyKey().AccessKeyID)
			}),
			Config:           Key("this"),
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
		},
		resource.TestStep{Config: Key("this"), ConfigPlanChecks: noChange, Check: func(*terraform.State) error { mark.Move(); return nil }},
	)
	if writes := mark.Writes(); !slices.Equal(writes, []string{"DeleteAccessKey"}) {
		t.Errorf("a key of the caller's own is deleted by one call: %v", writes)
	}
}
