package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// changed does something to the one key by hand, keeping its expiry unless in says otherwise.
func changed(w *World, in api.UpdateAccessKeyInput) func() {
	return w.ByHand(func(ctx context.Context, client *api.Client) error {
		key := w.OnlyKey()
		in := in
		in.ID, in.UserName = key.AccessKeyID, key.UserName
		if in.State == "" {
			in.State = key.State
		}
		if in.ExpirationDate == nil && !in.ClearExpirationDate {
			in.ExpirationDate = key.ExpirationDate
		}
		_, err := client.UpdateAccessKey(ctx, in)
		return err
	})
}

func ptr[T any](v T) *T { return &v }

// TestAKeySwitchedOffByHandStaysOff while the configuration does not say state, also when something else changes.
func TestAKeySwitchedOffByHandStaysOff(t *testing.T) {
	w := New(t)
	off := w.CheckKey(func(key admin.AccessKey) error {
		if key.State != "INACTIVE" {
			return errors.New("the key was switched on again")
		}
		return nil
	})
	w.Test(
		resource.TestStep{Config: Key("this", date("2030-01-01")), ConfigStateChecks: []statecheck.StateCheck{value("state", knownvalue.StringExact("ACTIVE"))}},
		resource.TestStep{
			PreConfig: changed(w, api.UpdateAccessKeyInput{State: "INACTIVE"}), Config: Key("this", date("2030-01-01")), ConfigPlanChecks: noChange,
			ConfigStateChecks: []statecheck.StateCheck{value("state", knownvalue.StringExact("INACTIVE"))}, Check: off,
		},
		resource.TestStep{
			Config: Key("this", date("2030-01-02"), `tag = "x"`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{value("state", knownvalue.StringExact("INACTIVE"))}, Check: off,
		},
		resource.TestStep{ // written down, it is repaired
			Config: Key("this", date("2030-01-02"), `tag = "x"`, `state = "ACTIVE"`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check: w.CheckKey(func(key admin.AccessKey) error {
				if key.State != "ACTIVE" || key.ExpirationDate == nil {
					return fmt.Errorf("state %s, expires %v", key.State, key.ExpirationDate)
				}
				return nil
			}),
		},
	)
}

// TestDriftIsSeenAndRepaired: state, expiry and tag, changed, removed and added by hand.
func TestDriftIsSeenAndRepaired(t *testing.T) {
	other := time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
	full := Key("this", `state = "ACTIVE"`, date("2030-01-01"), `tag = "mine"`)
	for name, c := range map[string]struct {
		config string
		drift  api.UpdateAccessKeyInput
	}{
		"state":             {full, api.UpdateAccessKeyInput{State: "INACTIVE"}},
		"expiry moved":      {full, api.UpdateAccessKeyInput{ExpirationDate: &other}},
		"expiry removed":    {full, api.UpdateAccessKeyInput{ClearExpirationDate: true}},
		"tag changed":       {full, api.UpdateAccessKeyInput{Tag: ptr("theirs")}},
		"tag removed":       {full, api.UpdateAccessKeyInput{ClearTag: true}},
		"expiry added":      {Key("this"), api.UpdateAccessKeyInput{ExpirationDate: &other}},
		"tag added":         {Key("this"), api.UpdateAccessKeyInput{Tag: ptr("theirs")}},
		"tag added to \"\"": {Key("this", `tag = ""`), api.UpdateAccessKeyInput{Tag: ptr("theirs")}},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			var before admin.AccessKey
			w.Test(
				resource.TestStep{Config: c.config, Check: w.CheckKey(func(key admin.AccessKey) error { before = key; return nil })},
				resource.TestStep{
					PreConfig: changed(w, c.drift), Config: c.config, ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
					Check: w.CheckKey(func(key admin.AccessKey) error {
						if key.State != before.State || Tag(key) != Tag(before) || fmt.Sprint(key.ExpirationDate) != fmt.Sprint(before.ExpirationDate) {
							return fmt.Errorf("repaired to %s, %q, %v; it was %s, %q, %v", key.State, Tag(key), key.ExpirationDate,
								before.State, Tag(before), before.ExpirationDate)
						}
						return nil
					}),
				},
				resource.TestStep{Config: c.config, ConfigPlanChecks: noChange},
			)
		})
	}
}

// TestTheTagOfAKey: set, changed, emptied, unset.
func TestTheTagOfAKey(t *testing.T) {
	w := New(t)
	tagged := func(want string) resource.TestCheckFunc {
		return w.CheckKey(func(key admin.AccessKey) error {
			if Tag(key) != want {
				return fmt.Errorf("tag %q, want %q", Tag(key), want)
			}
			return nil
		})
	}
	w.Test(
		resource.TestStep{Config: Key("this", `tag = "one"`), Check: tagged("one")},
		resource.TestStep{Config: Key("this", `tag = "two"`), Check: tagged("two"), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate)},
		resource.TestStep{Config: Key("this", `tag = ""`), Check: tagged(""), ConfigStateChecks: []statecheck.StateCheck{value("tag", knownvalue.StringExact(""))}},
		resource.TestStep{Config: Key("this", `tag = ""`), ConfigPlanChecks: noChange},
		resource.TestStep{Config: Key("this", `tag = "three"`), Check: tagged("three")},
		resource.TestStep{Config: Key("this"), Check: tagged(""), ConfigStateChecks: []statecheck.StateCheck{value("tag", knownvalue.Null())}},
	)
}

// TestTheUserIsToldWhatIsGone: the line that says why a create is planned, in the words that the CLI prints.
func TestTheUserIsToldWhatIsGone(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(owner("alice") + Key("this", byName))
	s.Apply()
	key := w.OnlyKey()
	ctx := context.Background()
	_, err := w.API().UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: key.AccessKeyID, UserName: "alice", State: "INACTIVE"})
	w.Must(err)
	w.Must(w.API().DeleteAccessKey(ctx, "alice", key.AccessKeyID))
	s.Plan().Contains(t, "Warning: Access key is gone", "The access key "+key.AccessKeyID+" of user alice is no longer at the API", "1 to add")

	w.Must(w.API().DeleteUser(ctx, "alice"))
	s.Plan().Contains(t, "Warning: Access key is gone", "Warning: User is gone", "The user alice (id ", "2 to add")
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color").Contains(t, "0 destroyed")
}

// TestReadingChangesNothing: plans and refreshes only read.
func TestReadingChangesNothing(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	config := owner("alice") + Key("this", byID, date("2030-01-01"))
	w.Test(
		resource.TestStep{Config: config},
		resource.TestStep{PreConfig: mark.Move, Config: config, PlanOnly: true},
		resource.TestStep{RefreshState: true, Check: mark.CheckWrites()},
	)
}

// TestOneReadAnOwner: many keys of one owner cost one ReadAccessKeys in a plan.
func TestOneReadAnOwner(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(owner("alice") + Block("outscale_access_key", "this", "count = 8", byName))
	s.Apply()
	mark := w.Mark()
	s.EmptyPlan()
	if reads, users := mark.Count("ReadAccessKeys"), mark.Count("ReadUsers"); reads != 1 || users != 1 || len(mark.Writes()) != 0 {
		t.Errorf("8 keys of one user: %d ReadAccessKeys, %d ReadUsers, writes %v", reads, users, mark.Writes())
	}
}
