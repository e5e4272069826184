package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
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

const (
	byName = `user_name = outscale_user.owner.user_name`
	byID   = `user_id = outscale_user.owner.user_id`
)

func owner(name string) string { return User("owner", fmt.Sprintf("user_name = %q", name)) }

// sameKey makes a check for each step it is called in, which hold together that the key is one and the same.
func sameKey() func() statecheck.StateCheck {
	same := statecheck.CompareValue(compare.ValuesSame())
	return func() statecheck.StateCheck { return same.AddStateValue(address, tfjsonpath.New("access_key_id")) }
}

// otherKey makes a check for each step it is called in, which hold together that the key is another one each time.
func otherKey() func() statecheck.StateCheck {
	differ := statecheck.CompareValue(compare.ValuesDiffer())
	return func() statecheck.StateCheck { return differ.AddStateValue(address, tfjsonpath.New("access_key_id")) }
}

// TestKeyOfAUser walks the full circle with a user's key: the page's second example.
func TestKeyOfAUser(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	arguments := []string{byName, `state = "ACTIVE"`, `expiration_date = "2028-01-01"`, `depends_on = [outscale_user.owner]`}
	config := owner("user-1") + Key("this", arguments...)
	w.Test(
		resource.TestStep{
			Config: config,
			ConfigStateChecks: []statecheck.StateCheck{
				value("user_name", knownvalue.StringExact("user-1")), value("user_id", knownvalue.Null()), value("state", knownvalue.StringExact("ACTIVE")),
			},
			Check: w.CheckKey(func(key admin.AccessKey) error {
				if key.UserName != "user-1" {
					return fmt.Errorf("owner %q", key.UserName)
				}
				return nil
			}),
		},
		resource.TestStep{PreConfig: mark.Move, Config: config, ConfigPlanChecks: noChange, Check: mark.CheckWrites()},
		resource.TestStep{
			Config:           owner("user-1") + Key("this", byName, `state = "INACTIVE"`, `expiration_date = "2029-01-01"`, `tag = "x"`),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			Check: w.CheckKey(func(key admin.AccessKey) error {
				if key.State != "INACTIVE" || Tag(key) != "x" || key.ExpirationDate.Format("2006") != "2029" {
					return fmt.Errorf("not as asked: %+v", key)
				}
				return nil
			}),
		},
		resource.TestStep{PreConfig: mark.Move, Config: owner("user-1")},
	)
	if mark.Count("UpdateAccessKey") != 0 || mark.Count("DeleteAccessKey") != 1 {
		t.Errorf("an INACTIVE user's key is deleted by one call: %v", mark.Writes())
	}
}

// TestAnOwnerByIDSurvivesARename: the key is not touched, and its user_name follows.
func TestAnOwnerByIDSurvivesARename(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	same := sameKey()
	w.Test(
		resource.TestStep{
			Config: owner("before") + Key("this", byID),
			ConfigStateChecks: []statecheck.StateCheck{
				same(), value("user_name", knownvalue.StringExact("before")), value("user_id", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{31,32}$`))),
			},
		},
		resource.TestStep{ // renamed by the configuration
			PreConfig:         mark.Move,
			Config:            owner("between") + Key("this", byID),
			ConfigPlanChecks:  planned(plancheck.ResourceActionNoop),
			ConfigStateChecks: []statecheck.StateCheck{same()},
			Check:             mark.CheckWrites("UpdateUser"),
		},
		resource.TestStep{
			Config: owner("between") + Key("this", byID), ConfigPlanChecks: noChange,
			ConfigStateChecks: []statecheck.StateCheck{value("user_name", knownvalue.StringExact("between"))},
		},
		resource.TestStep{ // renamed and the key changed, in one apply
			Config:            owner("after") + Key("this", byID, `tag = "x"`, `state = "INACTIVE"`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{same(), value("user_name", knownvalue.StringExact("after"))},
		},
		resource.TestStep{ // renamed by hand
			PreConfig: w.ByHand(func(ctx context.Context, client *api.Client) error {
				_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: "after", NewUserName: "by-hand"})
				return err
			}),
			RefreshState: true, ExpectNonEmptyPlan: true, // the user's own name is drift
		},
		resource.TestStep{
			Config:            owner("by-hand") + Key("this", byID, `tag = "x"`),
			ConfigStateChecks: []statecheck.StateCheck{same(), value("user_name", knownvalue.StringExact("by-hand"))},
		},
	)
}

// TestAChangeOfUserNameReplaces: as the page has it, also when it is a rename of the same user.
func TestAChangeOfUserNameReplaces(t *testing.T) {
	w := New(t)
	other := otherKey()
	both := User("owner", `user_name = "alice"`) + User("other", `user_name = "bob"`)
	w.Test(
		resource.TestStep{Config: both + Key("this", byName), ConfigStateChecks: []statecheck.StateCheck{other()}},
		resource.TestStep{
			Config:            both + Key("this", `user_name = outscale_user.other.user_name`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{other(), value("user_name", knownvalue.StringExact("bob"))},
		},
		resource.TestStep{ // to the caller's own
			Config:            both + Key("this"),
			ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{other(), value("user_name", knownvalue.Null())},
		},
		resource.TestStep{
			Config:            both + Key("this", `user_id = outscale_user.other.user_id`),
			ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{other(), value("user_name", knownvalue.StringExact("bob"))},
		},
		resource.TestStep{
			Config:            both + Key("this", byID),
			ConfigPlanChecks:  planned(plancheck.ResourceActionReplace),
			ConfigStateChecks: []statecheck.StateCheck{other(), value("user_name", knownvalue.StringExact("alice"))},
		},
	)
}

// TestNamingTheSameOwnerOtherwiseDoesNotReplace, and makes no call either.
func TestNamingTheSameOwnerOtherwiseDoesNotReplace(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	same := sameKey()
	w.Test(
		resource.TestStep{Config: owner("alice") + Key("this", byName), ConfigStateChecks: []statecheck.StateCheck{same()}},
		resource.TestStep{
			PreConfig: mark.Move, Config: owner("alice") + Key("this", byID),
			ConfigPlanChecks:  planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{same()},
			Check:             mark.CheckWrites(),
		},
		resource.TestStep{Config: owner("alice") + Key("this", byName), ConfigPlanChecks: noChange, ConfigStateChecks: []statecheck.StateCheck{same()}},
	)
}

func TestOwnerArgumentsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ arguments, want string }{
		"an empty name":  {`user_name = ""`, `leave the\s+argument\s+out\s+for\s+a\s+key\s+of\s+the\s+caller's\s+own`},
		"an empty id":    {`user_id = ""`, `leave the\s+argument\s+out\s+for\s+a\s+key\s+of\s+the\s+caller's\s+own`},
		"a bad name":     {`user_name = "a b"`, `must be the\s+name\s+of\s+a\s+user`},
		"both":           {"user_name = \"alice\"\n  user_id = \"U1\"", `(?s)Owner named twice.*keep\s+one\s+of\s+the\s+two`},
		"a bad state":    {`state = "SLEEPING"`, `"ACTIVE"`},
		"a lower state":  {`state = "active"`, `"ACTIVE"`},
		"unknown owner":  {`user_name = "nobody"`, `(?s)Access key not created.*nobody`},
		"unknown id":     {`user_id = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"`, `(?s)Access key not created.*ABCDEFGHIJKLMNOPQRSTUVWXYZ12345`},
		"a bad timeout":  {"timeouts {\n    create = \"soon\"\n  }", `(?i)duration`},
		"no more time":   {"timeouts {\n    create = \"1ns\"\n  }", `(?s)Access key not created`},
		"the old secret": {`secret_key = "x"`, `(?i)secret_key`},
	} {
		t.Run(name, func(t *testing.T) {
			New(t).Test(resource.TestStep{Config: Key("this", c.arguments), ExpectError: regexp.MustCompile(c.want)})
		})
	}
}

// TestAnOwnerThatIsGone plans both again.
func TestAnOwnerThatIsGone(t *testing.T) {
	w := New(t)
	config := owner("alice") + Key("this", byID)
	w.Test(
		resource.TestStep{Config: config},
		resource.TestStep{
			PreConfig: w.ByHand(func(ctx context.Context, client *api.Client) error {
				key := w.OnlyKey()
				_, off := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: key.AccessKeyID, UserName: "alice", State: "INACTIVE"})
				return errors.Join(off, client.DeleteAccessKey(ctx, "alice", key.AccessKeyID), client.DeleteUser(ctx, "alice"))
			}),
			Config:           config,
			ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
		},
	)
}

// TestRevokingAUsersKey switches it off first, with its expiry, and then deletes it.
func TestRevokingAUsersKey(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	w.Test(resource.TestStep{
		Config: owner("alice") + Key("this", byID, date("2030-01-01")),
		Check:  func(*terraform.State) error { mark.Move(); return nil },
	})
	if writes := mark.Writes(); !slices.Equal(writes, []string{"UpdateAccessKey", "DeleteAccessKey", "DeleteUser"}) {
		t.Errorf("calls: %v", writes)
	}
	body, err := mark.Body("UpdateAccessKey")
	w.Must(err)
	if body["State"] != "INACTIVE" || body["ExpirationDate"] == nil || body["UserName"] != "alice" {
		t.Errorf("switched off by %v", body)
	}
}

// TestAReplacedOwnerReplacesTheKey: a user cannot be deleted before its keys are, so that an id that is not known yet
// must replace the key rather than change it.
func TestAReplacedOwnerReplacesTheKey(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]string{"by id": byID, "by name": byName} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(t)
			s := w.Workspace(owner("alice") + Key("this", by))
			s.Apply()
			before := w.OnlyKey()
			r := s.Run("apply", "-replace=outscale_user.owner", "-auto-approve", "-input=false", "-no-color")
			if by == byID {
				r.Contains(t, "2 added, 0 changed, 2 destroyed")
				if after := w.OnlyKey(); after.AccessKeyID == before.AccessKeyID {
					t.Error("the key is the same")
				}
				return
			}
			// A name is known beforehand: nothing says that the key has to go, and the API refuses. The error names it.
			r.Contains(t, "User not deleted", "User alice still has access keys that this run does not delete: "+before.AccessKeyID)
		})
	}
}
