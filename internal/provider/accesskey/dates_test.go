package accesskey_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

func date(text string) string { return fmt.Sprintf("expiration_date = %q", text) }

// expires checks the expiry at the API; "" is none.
func expires(w *World, want string) resource.TestCheckFunc {
	return w.CheckKey(func(key admin.AccessKey) error {
		got := ""
		if key.ExpirationDate != nil {
			got = key.ExpirationDate.UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			return fmt.Errorf("expires at the API %q, want %q", got, want)
		}
		return nil
	})
}

// TestDatesAreKeptAsWritten: each form, its instant at the API, and an empty plan afterwards.
func TestDatesAreKeptAsWritten(t *testing.T) {
	for text, want := range map[string]string{
		"2030-06-14":                   "2030-06-14T00:00:00Z",
		"2030-06-14T00:00:00.000Z":     "2030-06-14T00:00:00Z",
		"2030-06-14T12:30:00Z":         "2030-06-14T12:30:00Z",
		"2030-06-14T12:30:00.125Z":     "2030-06-14T12:30:00.125Z",
		"2030-06-14T12:30:00.000+0000": "2030-06-14T12:30:00Z",
		"2030-06-14T12:30:00+02:00":    "2030-06-14T10:30:00Z",
	} {
		t.Run(text, func(t *testing.T) {
			w := New(t)
			kept := []statecheck.StateCheck{value("expiration_date", knownvalue.StringExact(text))}
			w.Test(
				resource.TestStep{Config: Key("this", date(text)), ConfigStateChecks: kept, Check: expires(w, want)},
				resource.TestStep{Config: Key("this", date(text)), ConfigPlanChecks: noChange, ConfigStateChecks: kept},
			)
		})
	}
}

// TestBadDatesAreRefusedAtPlan: nothing is called, and the message says what is allowed.
func TestBadDatesAreRefusedAtPlan(t *testing.T) {
	for text, want := range map[string]string{
		"2030-06-14T00:00:00.0001Z": `at\s+most\s+three\s+digits`,
		"2030":                      `a\s+year\s+alone`,
		"2030-06":                   `a\s+month\s+alone`,
		"2030-02-30":                `no\s+day\s+2030-02-30`,
		"next summer":               `neither\s+a\s+date`,
		"2020-06-14":                `in the past`,
	} {
		t.Run(text, func(t *testing.T) {
			w := New(t)
			w.Test(resource.TestStep{Config: Key("this", date(text)), PlanOnly: true, ExpectError: regexp.MustCompile(want)})
			if calls := w.Simulator.Requests(); len(calls) != 0 {
				t.Errorf("%d calls were made", len(calls))
			}
		})
	}
}

// TestAnotherSpellingIsNoChange, and neither is "" for a date left out.
func TestAnotherSpellingIsNoChange(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	w.Test(
		resource.TestStep{Config: Key("this", date("2030-06-14"))},
		resource.TestStep{Config: Key("this", date("2030-06-14T00:00:00.000Z")), ConfigPlanChecks: noChange},
		resource.TestStep{Config: Key("this", date("2030-06-14T02:00:00+02:00")), ConfigPlanChecks: noChange},
		resource.TestStep{Config: Key("this", date("2030-06-15")), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: expires(w, "2030-06-15T00:00:00Z")},
		resource.TestStep{Config: Key("this", date("")), Check: expires(w, ""),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate, plancheck.ExpectKnownValue(address, tfjsonpath.New("expired"), knownvalue.Bool(false))),
			ConfigStateChecks: []statecheck.StateCheck{value("expiration_date", knownvalue.StringExact(""))}},
		resource.TestStep{Config: Key("this", date("")), ConfigPlanChecks: noChange},
		resource.TestStep{PreConfig: mark.Move, Config: Key("this"), Check: mark.CheckWrites(),
			ConfigStateChecks: []statecheck.StateCheck{value("expiration_date", knownvalue.Null())}},
		resource.TestStep{Config: Key("this"), ConfigPlanChecks: noChange},
	)
}

// TestADateThatPasses blocks neither plan nor destroy, whoever owns the key.
func TestADateThatPasses(t *testing.T) {
	for name, owned := range map[string]string{"the caller's": "", "a user's": byName} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			config := owner("alice") + Key("this", owned, date(w.Date(time.Hour)))
			w.Test(
				resource.TestStep{Config: config, ConfigStateChecks: []statecheck.StateCheck{value("expired", knownvalue.Bool(false))}},
				resource.TestStep{
					PreConfig: w.Advance(2 * time.Hour), Config: config, ConfigPlanChecks: noChange,
					ConfigStateChecks: []statecheck.StateCheck{value("expired", knownvalue.Bool(true)), value("state", knownvalue.StringExact("ACTIVE"))},
				},
				resource.TestStep{ // the API takes no change without a later date: the error says so, and nothing is broken by it
					Config:      owner("alice") + Key("this", owned, date(w.Date(time.Hour)), `tag = "dead"`),
					ExpectError: regexp.MustCompile(`(?s)Access key not updated.*later\s+expiry`),
				},
				resource.TestStep{Config: config, ConfigPlanChecks: noChange},
			)
		})
	}
}

func TestAnExpiredKeyIsRenewedInPlace(t *testing.T) {
	w := New(t)
	same := sameKey()
	w.Test(
		resource.TestStep{Config: Key("this", date(w.Date(time.Hour))), ConfigStateChecks: []statecheck.StateCheck{same()}},
		resource.TestStep{
			PreConfig: w.Advance(2 * time.Hour), Config: Key("this", date(w.Date(9*time.Hour))),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{same(), value("expired", knownvalue.Bool(false))},
		},
	)
}

// longAgo makes a simulator that begins in 2020, with a clock that nobody is held to.
func longAgo(o *simulator.Options) {
	began := time.Now()
	o.Now = func() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Since(began)) }
	o.Assumptions.ClockWindow = -1
}

// TestTheUserIsToldOfDates: the warnings, with the built provider and the words that the CLI prints.
func TestTheUserIsToldOfDates(t *testing.T) {
	t.Parallel()
	w := New(t, longAgo)
	at := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	made, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{ExpirationDate: &at})
	w.Must(err)
	s := w.Workspace(Key("this", date("2021-01-01")))
	s.Must("import", "-input=false", "-no-color", address, made.ID)
	w.Advance(400 * day)()

	s.EmptyPlan().Contains(t, "Warning: Access key has expired",
		"The access key "+made.ID+" of the caller expired on 2021-01-01T00:00:00.000Z and cannot be used, although the API keeps its state.")
	if s.Apply(); s.Attributes("outscale_access_key")["expired"] != true {
		t.Error("an expired key is not shown as expired")
	}

	s.Write(Key("this"))
	s.Plan().Contains(t, "Warning: Access key will no longer expire", "so that it is removed from access key "+made.ID+" of the caller",
		"will work again", "1 to change")

	s.Write(Key("this", date("2021-01-01"), `tag = "still"`))
	s.Plan().Contains(t, "Warning: Access key has expired", "1 to change")
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
	if len(w.Keys()) != 0 {
		t.Error("the expired key is still there")
	}
}

// TestADateThatPassedOnAKeyThatIsGone: plan and destroy of the workspace go on; only making the key anew is refused.
func TestADateThatPassedOnAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	w := New(t, longAgo)
	at := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	made, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{ExpirationDate: &at})
	w.Must(err)
	s, other := w.Workspace(Key("this", date("2021-01-01"))), w.Workspace(Key("this", date("2021-01-01")))
	s.Must("import", "-input=false", "-no-color", address, made.ID)
	other.Must("import", "-input=false", "-no-color", address, made.ID)
	w.Must(w.API().DeleteAccessKey(context.Background(), "", made.ID))
	w.Advance(400 * day)()

	s.Plan().Contains(t, "Warning: Access key is gone", "Warning: Expiration date in the past", "a new key cannot be made with it", "1 to add")
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color").Contains(t, "0 destroyed")

	mark := w.Mark()
	other.Run("apply", "-auto-approve", "-input=false", "-no-color").Contains(t, "Error: Expiration date in the past")
	if n := mark.Count("CreateAccessKey"); n != 0 {
		t.Errorf("%d CreateAccessKey with a date that has passed", n)
	}
}
