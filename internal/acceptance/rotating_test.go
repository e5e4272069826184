package acceptance_test

import (
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
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

const pairAddress = "outscale_rotating_access_key.this"

// rotating is an outscale_rotating_access_key block.
func rotating(arguments ...string) string {
	return Block("outscale_rotating_access_key", "this", arguments...)
}

// monthly is the usual pair of keys: each lives 30 days and is replaced in its last 7.
func monthly(arguments ...string) string {
	return rotating(append([]string{`lifetime = "30d"`, `rotate_before = "7d"`}, arguments...)...)
}

// reader is something that takes the key's id and is updated when it changes.
const reader = "resource \"terraform_data\" \"reader\" {\n  input = outscale_rotating_access_key.this.access_key_id\n}\n"

func pairValue(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(pairAddress, tfjsonpath.New(name), check)
}

// pairPlanned expects what the plan of a step does with the pair under test.
func pairPlanned(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(pairAddress, action)}, more...)}
}

func unknownAfter(name string) plancheck.PlanCheck {
	return plancheck.ExpectUnknownValue(pairAddress, tfjsonpath.New(name))
}

// rotates expects a rotation in place that its reader follows in the same run.
var rotates = pairPlanned(plancheck.ResourceActionUpdate, unknownAfter("access_key_id"), unknownAfter("secret_key"), unknownAfter("expiration_date"), unknownAfter("previous_access_key_id"),
	plancheck.ExpectResourceAction("terraform_data.reader", plancheck.ResourceActionUpdate))

// keepsKey expects a change in place that leaves the current key's id and secret as they are.
var keepsKey = pairPlanned(plancheck.ResourceActionUpdate,
	plancheck.ExpectKnownValue(pairAddress, tfjsonpath.New("access_key_id"), knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{20}$`))))

// pair checks the state's two keys against those at the API: the current one is the youngest.
func pair(w *World, wantPrevious bool) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		got := s.RootModule().Resources[pairAddress].Primary.Attributes
		keys := w.Keys()
		slices.SortFunc(keys, func(a, b admin.AccessKey) int { return a.CreationDate.Compare(b.CreationDate) })
		want := []string{got["access_key_id"]}
		if wantPrevious {
			want = []string{got["previous_access_key_id"], got["access_key_id"]}
		}
		var there []string
		for _, key := range keys {
			there = append(there, key.AccessKeyID)
			if key.ExpirationDate == nil {
				return fmt.Errorf("key %s never expires", key.AccessKeyID)
			}
		}
		if !slices.Equal(there, want) || (got["previous_access_key_id"] != "") != wantPrevious {
			return fmt.Errorf("keys at the API %v, the state says %v and before it %q", there, got["access_key_id"], got["previous_access_key_id"])
		}
		return nil
	}
}

// ends checks at the API how far from now the youngest key ends.
func ends(w *World, want time.Duration) resource.TestCheckFunc {
	asked := time.Now()
	return w.CheckAPI(func() error {
		keys := w.Keys()
		last := slices.MaxFunc(keys, func(a, b admin.AccessKey) int { return a.CreationDate.Compare(b.CreationDate) })
		// A busy machine may take its time between the making of the key and this look at it.
		if got := last.ExpirationDate.Sub(w.Simulator.Now()); got > want || got < want-time.Minute-time.Since(asked) {
			return fmt.Errorf("the key ends in %v, want %v", got, want)
		}
		return nil
	})
}

// TestAPairLives through its whole circle: made, left alone, rotated in its window with its reader, the old key valid
// until its own end and then removed, and again; each change in place.
func TestAPairLives(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	config := owner("alice") + monthly(byName, `tag = "ci"`) + reader
	w.Test(
		resource.TestStep{
			Config: config, Check: resource.ComposeTestCheckFunc(pair(w, false), ends(w, 30*day), mark.CheckWrites("CreateUser", "CreateAccessKey", "UpdateAccessKey")),
			ConfigStateChecks: []statecheck.StateCheck{
				pairValue("secret_key", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{40}$`))),
				pairValue("lifetime", knownvalue.StringExact("30d")), pairValue("state", knownvalue.StringExact("ACTIVE")),
				pairValue("ready_to_rotate", knownvalue.Bool(false)), pairValue("previous_access_key_id", knownvalue.Null()),
				pairValue("previous_expiration_date", knownvalue.Null()), pairValue("tag", knownvalue.StringExact("ci")),
				statecheck.ExpectSensitiveValue(pairAddress, tfjsonpath.New("secret_key")),
			},
		},
		resource.TestStep{PreConfig: w.Advance(22 * day), Config: config, ConfigPlanChecks: noChange},
		resource.TestStep{
			PreConfig: func() { w.Advance(2 * day)(); mark.Move() }, Config: config, ConfigPlanChecks: rotates,
			Check: resource.ComposeTestCheckFunc(pair(w, true), ends(w, 30*day), mark.CheckWrites("CreateAccessKey", "UpdateAccessKey")),
		},
		resource.TestStep{PreConfig: w.Advance(5 * day), Config: config, ConfigPlanChecks: noChange}, // both are valid
		resource.TestStep{
			PreConfig: func() { w.Advance(2 * day)(); mark.Move() }, Config: config, ConfigPlanChecks: keepsKey,
			Check: resource.ComposeTestCheckFunc(pair(w, false), mark.CheckWrites("UpdateAccessKey", "DeleteAccessKey")),
		},
		resource.TestStep{PreConfig: w.Advance(17 * day), Config: config, ConfigPlanChecks: rotates, Check: pair(w, true)},
	)
}
