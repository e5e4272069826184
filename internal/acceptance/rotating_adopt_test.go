package acceptance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// toAdopt makes alice and a key of hers by hand.
func toAdopt(w *World, expires *time.Time) api.AccessKey {
	ctx := context.Background()
	_, err := w.API().CreateUser(ctx, api.CreateUserInput{UserName: "alice", Path: "/"})
	w.Must(err)
	key, err := w.API().CreateAccessKey(ctx, api.CreateAccessKeyInput{UserName: "alice", ExpirationDate: expires, Tag: "found"})
	w.Must(err)
	return key
}

// TestAPairAdoptsAKey by import: nothing is made before its window comes, what it lacks is given to it in place, and its
// triggers are only noted.
func TestAPairAdoptsAKey(t *testing.T) {
	for name, c := range map[string]struct {
		lives  time.Duration // 0 = without an expiry
		writes []string      // of the first apply
		ends   time.Duration
	}{
		"with an expiry":          {20 * day, nil, 20 * day},
		"with one far away":       {300 * day, []string{"UpdateAccessKey"}, 30 * day},
		"without one":             {0, []string{"UpdateAccessKey"}, 30 * day},
		"with one in its window":  {5 * day, []string{"CreateAccessKey", "UpdateAccessKey"}, 30 * day},
		"that expired by and by ": {-day, []string{"CreateAccessKey", "UpdateAccessKey", "UpdateAccessKey", "DeleteAccessKey"}, 30 * day},
	} {
		for _, form := range []string{"", "alice/"} {
			t.Run(name+" "+form, func(t *testing.T) {
				w := New(t)
				var at *time.Time
				if c.lives != 0 {
					at = ptr(w.Simulator.Now().Add(max(c.lives, day)))
				}
				key := toAdopt(w, at)
				if c.lives < 0 {
					w.Advance(2 * day)()
				}
				w.Leaves(key.ID)
				mark := w.Mark()
				config := monthly(`user_name = "alice"`, `tag = "found"`, `triggers = { why = "first" }`)
				w.Test(
					resource.TestStep{Config: config, ResourceName: pairAddress, ImportState: true, ImportStateId: form + key.ID, ImportStatePersist: true},
					resource.TestStep{Config: config, Check: resource.ComposeTestCheckFunc(mark.CheckWrites(c.writes...), ends(w, c.ends)),
						ConfigStateChecks: []statecheck.StateCheck{pairValue("tag", knownvalue.StringExact("found"))}},
					resource.TestStep{Config: config, ConfigPlanChecks: noChange},
				)
			})
		}
	}
}

// TestImportOfAPairVerifies that an import finds all of a pair's current key but its secret and what is in no API.
func TestImportOfAPairVerifies(t *testing.T) {
	w := New(t)
	config := owner("alice") + monthly(byID, `tag = "x"`)
	w.Test(
		resource.TestStep{Config: config},
		resource.TestStep{ResourceName: pairAddress, ImportState: true, ImportStateVerify: true,
			ImportStateVerifyIgnore: []string{"secret_key", "lifetime", "rotate_before", "rotates_after"}},
	)
}

// moved is the configuration that makes a pair of the plain key of the same name.
func moved(pair string) string {
	return "moved {\n  from = outscale_access_key.this\n  to   = outscale_rotating_access_key.this\n}\n" + pair
}

// TestAPlainKeyMoves into a pair with its secret, in clear or sealed: no key is made until its window comes.
func TestAPlainKeyMoves(t *testing.T) {
	mine := AgePair(t)
	for name, arguments := range map[string][]string{"in clear": {byName}, "sealed": {byID, sealTo(mine.Public)}} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			mark := w.Mark()
			same := statecheck.CompareValue(compare.ValuesSame())
			secret := map[string]string{"in clear": "secret_key", "sealed": "sealed_secret_key"}[name]
			plain := owner("alice") + Key("this", append(arguments, date(w.Date(20*day)), `tag = "x"`)...)
			config := owner("alice") + moved(monthly(append(arguments, `tag = "x"`)...))
			w.Test(
				resource.TestStep{Config: plain, ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(address, tfjsonpath.New(secret))}},
				resource.TestStep{
					PreConfig: mark.Move, Config: config, Check: resource.ComposeTestCheckFunc(mark.CheckWrites(), pair(w, false)),
					ConfigStateChecks: []statecheck.StateCheck{same.AddStateValue(pairAddress, tfjsonpath.New(secret)), pairValue(secret, knownvalue.NotNull())},
				},
				resource.TestStep{Config: config, ConfigPlanChecks: noChange},
				resource.TestStep{PreConfig: w.Advance(14 * day), Config: config, ConfigPlanChecks: pairPlanned(plancheck.ResourceActionUpdate, unknownAfter("access_key_id")), Check: pair(w, true)},
			)
		})
	}
}

// TestAPlainKeyWithoutAnExpiryMoves: it gets one in place, and the plan says so.
func TestAPlainKeyWithoutAnExpiryMoves(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(Key("this"))
	s.Apply()
	s.Write(moved(monthly()))
	mark := w.Mark()
	s.Apply().Contains(t, "Access key gets an earlier expiry", "does not expire", "its secret stays the same", "0 added, 1 changed, 0 destroyed")
	if got := strings.Join(mark.Writes(), " "); got != "UpdateAccessKey" || w.OnlyKey().ExpirationDate == nil {
		t.Errorf("calls %s, the key expires %v", got, w.OnlyKey().ExpirationDate)
	}
	s.EmptyPlan()
	s.Must("destroy", "-auto-approve", "-input=false", "-no-color")
}

// TestNothingElseMovesIntoAPair: another type is refused by the CLI's own words.
func TestNothingElseMovesIntoAPair(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(owner("alice"))
	s.Apply()
	s.Write(strings.Replace(moved(monthly()), "outscale_access_key.this", "outscale_user.owner", 1))
	if r := s.Plan(); r.Code != 1 {
		t.Errorf("a user became a pair of keys:\n%s", r.Output)
	}
}
