package acceptance_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator/admin"
)

// current is the key at the API that was made last.
func current(w *World) admin.AccessKey {
	keys := w.Keys()
	last := keys[0]
	for _, key := range keys {
		if key.CreationDate.After(last.CreationDate) {
			last = key
		}
	}
	return last
}

// onCurrent does something by hand to the current key, with its state and expiry re-sent unless do changes them.
func onCurrent(w *World, do func(in *api.UpdateAccessKeyInput)) func() {
	return w.ByHand(func(ctx context.Context, client *api.Client) error {
		key := current(w)
		in := api.UpdateAccessKeyInput{ID: key.AccessKeyID, UserName: key.UserName, State: key.State, ExpirationDate: key.ExpirationDate}
		do(&in)
		_, err := client.UpdateAccessKey(ctx, in)
		return err
	})
}

func switchOff(in *api.UpdateAccessKeyInput) { in.State = "INACTIVE" }

// deletes removes the current key by hand.
func deletes(w *World) func() {
	return func() {
		onCurrent(w, switchOff)()
		w.ByHand(func(ctx context.Context, client *api.Client) error {
			key := current(w)
			return client.DeleteAccessKey(ctx, key.UserName, key.AccessKeyID)
		})()
	}
}

// TestAPairRotatesFor each thing that can become of its current key. Whatever it is, the plan is an update in place that
// the key's reader follows in the same run, and afterwards nothing is left to do.
func TestAPairRotatesFor(t *testing.T) {
	for name, c := range map[string]struct {
		before   func(w *World) func()
		previous bool // the old key is still there
	}{
		"its age":            {func(w *World) func() { return w.Advance(23*day + time.Hour) }, true},
		"its end":            {func(w *World) func() { return w.Advance(31 * day) }, false},
		"its end, long ago":  {func(w *World) func() { return w.Advance(400 * day) }, false},
		"being switched off": {func(w *World) func() { return onCurrent(w, switchOff) }, true},
		"being gone":         {deletes, false},
		"being near a new end": {func(w *World) func() {
			return onCurrent(w, func(in *api.UpdateAccessKeyInput) { soon := w.Simulator.Now().Add(2 * day); in.ExpirationDate = &soon })
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			config := owner("alice") + monthly(byID) + reader
			w.Test(
				resource.TestStep{Config: config},
				resource.TestStep{PreConfig: c.before(w), Config: config, ConfigPlanChecks: rotates, Check: resource.ComposeTestCheckFunc(pair(w, c.previous), ends(w, 30*day))},
				resource.TestStep{Config: config, ConfigPlanChecks: noChange},
			)
		})
	}
}

// TestAPairIsRepaired in place, without a new key: what was changed by hand, and what the configuration changes.
func TestAPairIsRepaired(t *testing.T) {
	far := func(in *api.UpdateAccessKeyInput) { at := in.ExpirationDate.Add(100 * day); in.ExpirationDate = &at }
	for name, c := range map[string]struct {
		byHand func(in *api.UpdateAccessKeyInput)
		config string
		ends   time.Duration
	}{
		"the expiry removed":  {func(in *api.UpdateAccessKeyInput) { in.ExpirationDate, in.ClearExpirationDate = nil, true }, monthly(), 30 * day},
		"the expiry moved on": {far, monthly(), 30 * day},
		"the tag":             {func(in *api.UpdateAccessKeyInput) { other := "other"; in.Tag = &other }, monthly(), 20 * day},
		"a shorter lifetime":  {nil, rotating(`lifetime = "14d"`, `rotate_before = "7d"`), 14 * day},
		"a longer lifetime":   {nil, rotating(`lifetime = "60d"`, `rotate_before = "7d"`), 20 * day},
		"another window":      {nil, rotating(`lifetime = "30d"`, `rotate_before = "10d"`), 20 * day},
		"a tag":               {nil, monthly(`tag = "x"`), 20 * day},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Test(
				resource.TestStep{Config: monthly()},
				resource.TestStep{
					PreConfig: func() {
						w.Advance(10 * day)()
						if c.byHand != nil {
							onCurrent(w, c.byHand)()
						}
					},
					Config: c.config, ConfigPlanChecks: keepsKey, Check: resource.ComposeTestCheckFunc(pair(w, false), ends(w, c.ends)),
				},
				resource.TestStep{Config: c.config, ConfigPlanChecks: noChange},
			)
		})
	}
}

// TestAnotherSpellingOfADuration is no change at all.
func TestAnotherSpellingOfADuration(t *testing.T) {
	w := New(t)
	w.Test(
		resource.TestStep{Config: monthly()},
		resource.TestStep{Config: rotating(`lifetime = "720h"`, `rotate_before = "P1W"`), ConfigPlanChecks: noChange},
		resource.TestStep{Config: rotating(`lifetime = "P30D"`, `rotate_before = "PT168H"`), ConfigPlanChecks: noChange},
	)
}

// TestTriggersRotateNow, each time; the third key takes the place of the first, which is told before.
func TestTriggersRotateNow(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	because := func(why string) string {
		return owner("alice") + monthly(byName, `triggers = { why = `+why+` }`) + reader
	}
	w.Test(
		resource.TestStep{Config: because(`"first"`)},
		resource.TestStep{Config: because(`"first"`), ConfigPlanChecks: noChange},
		resource.TestStep{PreConfig: mark.Move, Config: because(`"second"`), ConfigPlanChecks: rotates, Check: resource.ComposeTestCheckFunc(pair(w, true), mark.CheckWrites("CreateAccessKey", "UpdateAccessKey"))},
		resource.TestStep{
			PreConfig: mark.Move, Config: because(`"third"`), ConfigPlanChecks: rotates,
			Check: resource.ComposeTestCheckFunc(pair(w, true), mark.CheckWrites("UpdateAccessKey", "DeleteAccessKey", "CreateAccessKey", "UpdateAccessKey")),
		},
		resource.TestStep{Config: "resource \"terraform_data\" \"new\" {\n  input = \"x\"\n}\n" + because(`terraform_data.new.id`), ConfigPlanChecks: rotates, Check: pair(w, true)},
	)
}

// TestAPairWithoutItsOwner is planned anew, with the owner.
func TestAPairWithoutItsOwner(t *testing.T) {
	for name, by := range map[string]string{"by name": byName, "by id": byID} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			config := owner("alice") + monthly(by)
			w.Test(
				resource.TestStep{Config: config},
				resource.TestStep{
					PreConfig: func() {
						deletes(w)()
						w.ByHand(func(ctx context.Context, client *api.Client) error { return client.DeleteUser(ctx, "alice") })()
					},
					Config: config, ConfigPlanChecks: pairPlanned(plancheck.ResourceActionCreate), Check: pair(w, false),
				},
			)
		})
	}
}

// TestAPairsOwnerChanges: a rename is followed by id; another owner gets a new pair, and both old keys are revoked.
func TestAPairsOwnerChanges(t *testing.T) {
	w := New(t)
	two := owner("alice") + User("other", `user_name = "bob"`)
	w.Test(
		resource.TestStep{Config: two + monthly(byID)},
		resource.TestStep{Config: strings.Replace(two, "alice", "robert", 1) + monthly(byID), Check: pair(w, false)},
		resource.TestStep{PreConfig: w.Advance(24 * day), Config: strings.Replace(two, "alice", "robert", 1) + monthly(byID), Check: pair(w, true)},
		resource.TestStep{
			Config: strings.Replace(two, "alice", "robert", 1) + monthly(`user_name = outscale_user.other.user_name`), ConfigPlanChecks: pairPlanned(plancheck.ResourceActionReplace),
			Check: resource.ComposeTestCheckFunc(pair(w, false), w.CheckKey(func(key admin.AccessKey) error {
				if key.UserName != "bob" {
					return errors.New("the key is not bob's")
				}
				return nil
			})),
		},
	)
}
