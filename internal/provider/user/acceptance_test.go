package user_test

import (
	"context"
	"fmt"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	. "github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

const address = "outscale_user.this"

func value(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), check)
}

func planned(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

var noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// TestUser walks the full circle.
func TestUser(t *testing.T) {
	w := New(t)
	mark := w.Mark()
	same := statecheck.CompareValue(compare.ValuesSame())
	id := func() statecheck.StateCheck { return same.AddStateValue(address, tfjsonpath.New("user_id")) }
	full := User("this", `user_name = "alice"`, `path = "/team/"`, `user_email = "alice@example.com"`)
	w.Test(
		resource.TestStep{
			Config: full,
			ConfigStateChecks: []statecheck.StateCheck{
				id(), value("id", knownvalue.StringRegexp(regexp.MustCompile(`^[A-Z0-9]{31,32}$`))), value("user_name", knownvalue.StringExact("alice")),
				value("path", knownvalue.StringExact("/team/")), value("user_email", knownvalue.StringExact("alice@example.com")),
				value("creation_date", knownvalue.NotNull()), value("last_modification_date", knownvalue.NotNull()),
			},
			Check: mark.CheckWrites("CreateUser"),
		},
		resource.TestStep{PreConfig: mark.Move, Config: full, ConfigPlanChecks: noChange, Check: mark.CheckWrites()},
		resource.TestStep{ // rename, path and e-mail in place
			PreConfig: mark.Move, Config: User("this", `user_name = "robert"`, `path = "/other/"`, `user_email = "robert@example.com"`),
			ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), Check: mark.CheckWrites("UpdateUser"),
			ConfigStateChecks: []statecheck.StateCheck{id(), value("user_name", knownvalue.StringExact("robert")), value("path", knownvalue.StringExact("/other/"))},
		},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: address, ImportState: true, ImportStateId: "robert", ImportStateVerify: true},
		resource.TestStep{ // unset: the path goes back to its default, the e-mail stays
			Config: User("this", `user_name = "robert"`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate),
			ConfigStateChecks: []statecheck.StateCheck{id(), value("path", knownvalue.StringExact("/")), value("user_email", knownvalue.StringExact("robert@example.com"))},
		},
		resource.TestStep{Config: User("this", `user_name = "robert"`), ConfigPlanChecks: noChange},
		resource.TestStep{ // renamed by hand: repaired
			PreConfig: w.ByHand(func(ctx context.Context, client *api.Client) error {
				_, err := client.UpdateUser(ctx, api.UpdateUserInput{UserName: "robert", NewUserName: "rob"})
				return err
			}),
			Config: User("this", `user_name = "robert"`), ConfigPlanChecks: planned(plancheck.ResourceActionUpdate), ConfigStateChecks: []statecheck.StateCheck{id()},
		},
		resource.TestStep{ // gone by hand: planned again
			PreConfig: w.ByHand(func(ctx context.Context, client *api.Client) error { return client.DeleteUser(ctx, "robert") }),
			Config:    User("this", `user_name = "robert"`), ConfigPlanChecks: planned(plancheck.ResourceActionCreate),
		},
		resource.TestStep{ // other timeouts are no matter of the API
			PreConfig: mark.Move, Config: User("this", `user_name = "robert"`, "timeouts {", `  update = "1m"`, "}"), Check: mark.CheckWrites(),
		},
	)
	if users := w.Users(); len(users) != 0 {
		t.Errorf("after the destroy there are users: %v", users)
	}
}

// TestAUserWithoutAnEmailGetsTheAccounts, which is no difference.
func TestAUserWithoutAnEmailGetsTheAccounts(t *testing.T) {
	w := New(t)
	w.Test(
		resource.TestStep{Config: User("this", `user_name = "alice"`),
			ConfigStateChecks: []statecheck.StateCheck{value("user_email", knownvalue.StringExact(simulator.DefaultEmail)), value("path", knownvalue.StringExact("/"))}},
		resource.TestStep{Config: User("this", `user_name = "alice"`), ConfigPlanChecks: noChange},
	)
}

func TestUserArgumentsAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ arguments, want string }{
		"no name":      {``, `user_name`},
		"empty name":   {`user_name = ""`, `1\s+to\s+64`},
		"bad name":     {`user_name = "a b"`, `1\s+to\s+64`},
		"bad path":     {"user_name = \"a\"\n  path = \"team\"", `start\s+and\s+end\s+with\s+a\s+slash`},
		"empty path":   {"user_name = \"a\"\n  path = \"\"", `start\s+and\s+end\s+with\s+a\s+slash`},
		"bad e-mail":   {"user_name = \"a\"\n  user_email = \"nobody\"", `e-mail\s+address`},
		"empty e-mail": {"user_name = \"a\"\n  user_email = \"\"", `leave\s+the\s+argument\s+out`},
	} {
		t.Run(name, func(t *testing.T) {
			New(t).Test(resource.TestStep{Config: User("this", c.arguments), ExpectError: regexp.MustCompile(c.want)})
		})
	}
}

// TestADoubleNameIsRefused by the API, with a diagnostic of the one shape.
func TestADoubleNameIsRefused(t *testing.T) {
	w := New(t)
	one := User("one", `user_name = "alice"`)
	w.Test(resource.TestStep{Config: one}, resource.TestStep{
		Config:      one + User("this", `user_name = "alice"`),
		ExpectError: regexp.MustCompile(`(?s)User not created.*Creating user alice failed\..*HTTP\s+status\s+409,.*code\s+9022.*Request id: `),
	})
}

// TestAUserWithForeignKeysIsNotDestroyed, and the error names the keys.
func TestAUserWithForeignKeysIsNotDestroyed(t *testing.T) {
	t.Parallel()
	w := New(t)
	s := w.Workspace(User("this", `user_name = "alice"`))
	s.Apply()
	key, err := w.API().CreateAccessKey(context.Background(), api.CreateAccessKeyInput{UserName: "alice"})
	w.Must(err)
	r := s.Run("destroy", "-auto-approve", "-input=false", "-no-color")
	if r.Code == 0 || len(w.Users()) != 1 {
		t.Errorf("the destroy ended with %d, %d users are left", r.Code, len(w.Users()))
	}
	r.Contains(t, "User not deleted", "User alice still has access keys that this run does not delete: "+key.ID, "Request id: ")
}

func TestImportOfNobody(t *testing.T) {
	for id, want := range map[string]string{
		"nobody": `No\s+user\s+of\s+this\s+account\s+has\s+the\s+id\s+or\s+the\s+name\s+"nobody"`,
		"a/b":    `neither\s+the\s+id\s+nor\s+the\s+name`,
	} {
		t.Run(id, func(t *testing.T) {
			New(t).Test(
				resource.TestStep{Config: User("that", `user_name = "alice"`)},
				resource.TestStep{Config: User("that", `user_name = "alice"`) + User("this", `user_name = "x"`), ResourceName: address,
					ImportState: true, ImportStateId: id, ExpectError: regexp.MustCompile(want)},
			)
		})
	}
}

func data(kind, name, body string) string {
	return fmt.Sprintf("data %q %q {\n  %s\n  depends_on = [outscale_user.this, outscale_user.two]\n}\n", kind, name, body)
}

func filtered(name, values string) string {
	return fmt.Sprintf("filter {\n    name = %q\n    values = %s\n  }", name, values)
}

const twoUsers = `
resource "outscale_user" "this" { user_name = "alice" }
resource "outscale_user" "two" { user_name = "bob" }
`

func TestLookUpUsers(t *testing.T) {
	w := New(t)
	config := twoUsers +
		data("outscale_user", "name", `user_name = "alice"`) +
		data("outscale_user", "id", `user_id = outscale_user.this.id`) +
		data("outscale_user", "filter", filtered("user_ids", `[outscale_user.this.id]`)) +
		data("outscale_users", "all", ``) +
		data("outscale_users", "ids", filtered("user_ids", `[outscale_user.two.id]`)) +
		data("outscale_users", "none", filtered("user_names", `["nobody"]`))
	same := statecheck.CompareValue(compare.ValuesSame())
	length := func(name string, n int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.outscale_users."+name, tfjsonpath.New("users"), knownvalue.ListSizeExact(n))
	}
	checks := []statecheck.StateCheck{length("all", 2), length("ids", 1), length("none", 0), same.AddStateValue("data.outscale_users.all", tfjsonpath.New("id"))}
	for _, name := range []string{"name", "id", "filter"} {
		for _, attribute := range []string{"id", "user_id", "user_name", "path", "user_email", "creation_date", "last_modification_date"} {
			checks = append(checks, statecheck.CompareValuePairs(address, tfjsonpath.New(attribute),
				"data.outscale_user."+name, tfjsonpath.New(attribute), compare.ValuesSame()))
		}
	}
	w.Test(
		resource.TestStep{Config: config, ConfigStateChecks: checks},
		resource.TestStep{Config: config, ConfigPlanChecks: noChange, ConfigStateChecks: []statecheck.StateCheck{
			same.AddStateValue("data.outscale_users.all", tfjsonpath.New("id")),
		}},
	)
}

func TestLookUpOneUserThatIsNotOne(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"none":              {`user_name = "nobody"`, `No\s+user\s+matches\s+user_names\s+=\s+nobody`},
		"several":           {filtered("user_names", `["alice", "bob"]`), `(?s)2\s+users\s+match\s+user_names\s+=\s+alice,\s+bob:\s+(alice|bob)\s+\([A-Z0-9]+\),\s+(alice|bob)`},
		"no criterion":      {``, `(?i)at\s+least\s+one`},
		"an unknown filter": {filtered("colours", `["red"]`), `(?s)"user_ids".*"user_names"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Test(
				resource.TestStep{Config: twoUsers},
				resource.TestStep{Config: twoUsers + data("outscale_user", "x", c.body), ExpectError: regexp.MustCompile(c.want)},
				resource.TestStep{Config: twoUsers}, // what is refused would stop the destroy
			)
		})
	}
}

// TestAllPagesAreRead: more users than the API gives on a page, found by name on the last one.
func TestAllPagesAreRead(t *testing.T) {
	w := New(t)
	client := w.API()
	for i := range 1100 {
		_, err := client.CreateUser(context.Background(), api.CreateUserInput{UserName: fmt.Sprintf("user-%04d", i), Path: "/"})
		w.Must(err)
	}
	w.Test(resource.TestStep{
		Config: `data "outscale_users" "all" {}
data "outscale_user" "last" { user_name = "user-1099" }
`,
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.outscale_users.all", tfjsonpath.New("users"), knownvalue.ListSizeExact(1100)),
			statecheck.ExpectKnownValue("data.outscale_user.last", tfjsonpath.New("user_name"), knownvalue.StringExact("user-1099")),
		},
	})
}
