package acceptance_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

// enabled is an argument of a run-scoped key. A key is created if it is true or not set.
const enabled = "enabled"

// ephemeralKey returns a run-scoped key.
func ephemeralKey(arguments ...string) string {
	return "ephemeral \"outscale_access_key\" \"run\" {\n  " + acctest.Lines(arguments...) + "}\n"
}

// runScoped returns a configuration with a run-scoped key, a second provider that signs with it, and a user that the second provider
// creates.
func runScoped(arguments ...string) string {
	return "provider \"outscale\" {\n  requests_per_second = 0\n}\n" + ephemeralKey(arguments...) + `
provider "outscale" {
  alias               = "run"
  requests_per_second = 0
  access_key_id       = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id       = ephemeral.outscale_access_key.run.secret_key
}

resource "outscale_user" "made" {
  provider  = outscale.run
  user_name = "made"
}
`
}

// opened is the number of run-scoped keys that a command creates with each CLI.
type opened struct{ terraform, tofu int }

// commands has the number of keys that each command creates, by default and with enabled = terraform.applying. OpenTofu omits
// ephemeral resources that nothing in an apply needs. In Terraform terraform.applying is false during a destroy.
var commands = []struct {
	name             string
	arguments        []string
	always, applying opened
}{
	{"validate", []string{"validate", "-no-color"}, opened{0, 0}, opened{0, 0}},
	{"plan", planTo("run.tfplan"), opened{1, 1}, opened{0, 0}},
	{"apply of a saved plan", applyPlan("run.tfplan"), opened{1, 1}, opened{1, 1}},
	{"apply without changes", apply, opened{2, 1}, opened{1, 0}},
	{"plan without changes", []string{"plan", "-detailed-exitcode", "-input=false", "-no-color"}, opened{1, 1}, opened{0, 0}},
	{"refresh-only", []string{"apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"}, opened{2, 1}, opened{1, 0}},
	{"destroy", destroy, opened{3, 3}, opened{0, 1}},
	{"apply", apply, opened{2, 2}, opened{1, 1}},
}

// TestAccEphemeralKey_commands checks the number of keys of each command, which the documentation states. Each key is deleted before
// the next one is created, and the second provider uses it. No secret is left in a file or an output.
func TestAccEphemeralKey_commands(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]string{"always": nil, "while applying": {enabled + " = terraform.applying"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewCLI(t)
			s := c.Workspace(runScoped(arguments...))
			s.Trace()
			for _, command := range commands {
				keys := command.always
				if len(arguments) > 0 {
					keys = command.applying
				}
				want := keys.terraform
				if c.Tofu() {
					want = keys.tofu
				}
				c.ResetCalls()
				s.Must(command.arguments...)
				expectOpened(t, c, command.name, want)
			}
			s.ExpectNoSecretLeft(c.RootSecretKey)
		})
	}
}

// expectOpened fails the test unless a command created and deleted so many keys, one at a time, and created the user with one.
func expectOpened(t *testing.T, c *acctest.CLI, command string, want int) {
	t.Helper()
	if created, deleted := c.Calls("CreateAccessKey"), c.Calls("DeleteAccessKey"); created != want || deleted != want {
		t.Errorf("%s created %d keys and deleted %d, want %d", command, created, deleted, want)
	}
	exist := 0
	for _, call := range c.Requests() {
		switch call.Action {
		case "CreateAccessKey":
			exist++
		case "DeleteAccessKey":
			exist--
		case "CreateUser":
			if call.AccessKey == c.RootAccessKey {
				t.Errorf("%s did not create the user with the run-scoped key", command)
			}
		}
		if exist > 1 {
			t.Errorf("%s had %d keys at the same time, want at most 1", command, exist)
		}
	}
	if n := len(c.Keys()); n != 0 {
		t.Errorf("%s left %d keys", command, n)
	}
}

// TestAccEphemeralKey_renewed: the provider's clock is behind the CLI's. The provider requests a renewal after half of 10 minutes, and
// on the CLI's clock that time comes soon. The test is not parallel, because it sets the environment of the process.
func TestAccEphemeralKey_renewed(t *testing.T) {
	const soon = 500 * time.Millisecond
	c := acctest.NewCLI(t, func(o *simulator.Options) {
		o.Now = func() time.Time { return time.Now().Add(soon - 5*time.Minute) }
	})
	held := c.Gate().HoldRequest("CreateUser")
	s := c.TestTraced(resource.TestStep{
		PreConfig: func() {
			c.ResetCalls()
			go func() {
				defer held.Release()
				<-held.Arrived()
				acctest.Reached(func() bool { return len(expiriesSent(c)) >= 4 })
			}()
		},
		Config: runScoped(`lifetime = "10m"`, `tag = "of the run"`),
		Check: func(*terraform.State) error {
			// The first two dates are those of the keys of the plan and of the apply. The others are renewals.
			dates := expiriesSent(c)
			if len(dates) < 4 {
				return fmt.Errorf("the expiry was sent %d times", len(dates))
			}
			if last := dates[len(dates)-1]; !last.After(dates[1]) {
				return fmt.Errorf("the expiry went from %s to %s", dates[1], last)
			}
			return nil
		},
	})
	s.ExpectNoSecretLeft(c.RootSecretKey)
}

// expiriesSent returns the dates that UpdateAccessKey sent with an active key.
func expiriesSent(c *acctest.CLI) []time.Time {
	var dates []time.Time
	for _, call := range c.Requests() {
		var body struct {
			State          string
			ExpirationDate time.Time
		}
		if call.Action == "UpdateAccessKey" && json.Unmarshal(call.Body, &body) == nil && body.State == "ACTIVE" {
			dates = append(dates, body.ExpirationDate)
		}
	}
	return dates
}

// TestAccEphemeralKey_consumerFails: if the resource that uses the key fails, the CLIs do not close the key. The provider
// revokes it when it ends.
func TestAccEphemeralKey_consumerFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config string
		fault  simulator.Fault
		want   string
	}{
		"a resource": {runScoped(), acctest.Refusal("CreateUser"), "User not created"},
		"another ephemeral resource": {ephemeralKey() + `
ephemeral "outscale_access_key" "second" {
  tag       = ephemeral.outscale_access_key.run.access_key_id
  user_name = "nobody"
}
`, acctest.Refusal("CreateUserGroup"), "Access key not opened"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewCLI(t)
			c.SetFaults(test.fault)
			s := c.Workspace(test.config)
			if r := s.Run(apply...); r.Code != 1 {
				t.Errorf("apply ended with %d", r.Code)
			} else {
				r.Contains(t, test.want)
			}
			if len(c.Issued()) == 0 {
				t.Error("no key was created: the test checks nothing")
			}
			c.Await("no access key is left", func() bool { return len(c.Keys()) == 0 })
		})
	}
}

// TestAccEphemeralKey_userOfSameApply: the key has the name of an owner that the same apply creates, so that the name is known at plan.
// OpenTofu opens the key after the owner exists. Terraform opens it too early, and the error says what to write.
func TestAccEphemeralKey_userOfSameApply(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(owner("alice") + ephemeralKey(byName))
	r := s.Plan()
	if c.Tofu() {
		if r.Code != 2 || c.Calls("CreateAccessKey") != 0 {
			t.Errorf("plan ended with %d:\n%s", r.Code, r.Output)
		}
		return
	}
	if r.Code != 1 {
		t.Errorf("plan ended with %d:\n%s", r.Code, r.Output)
	}
	r.Contains(t, "user alice", "`user_id = outscale_user.NAME.user_id`", "`enabled = terraform.applying`")
}

// TestAccEphemeralKey_notClosed: if the key cannot be deleted, the run reports it, and the provider tries again when it ends.
func TestAccEphemeralKey_notClosed(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	c.SetFaults(simulator.Fault{Action: "DeleteAccessKey", Kind: faults.Status, Status: 403, Code: "4", Times: 1})
	if r := c.Workspace(ephemeralKey()).Plan(); r.Code != 1 {
		t.Errorf("plan ended with %d", r.Code)
	} else {
		r.Contains(t, "Access key not closed", "`api:DeleteAccessKey`")
	}
	c.Await("no access key is left", func() bool { return len(c.Keys()) == 0 })
}

// TestAccEphemeralKey_unknownOwner: the plan creates no key for an owner that does not exist yet; the apply does.
func TestAccEphemeralKey_unknownOwner(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(owner("alice") + ephemeralKey(byID))
	if r := s.Plan(); r.Code != 2 || c.Calls("CreateAccessKey") != 0 {
		t.Fatalf("plan ended with %d and created %d keys:\n%s", r.Code, c.Calls("CreateAccessKey"), r.Output)
	}
	s.Apply()
	s.EmptyPlan() // OpenTofu left the key, which nothing needs, out of the apply
	if c.Calls("CreateAccessKey") == 0 || len(c.Keys()) != 0 {
		t.Errorf("%d keys were created once the owner was known, %d are left", c.Calls("CreateAccessKey"), len(c.Keys()))
	}
}

// openingSecret opens the sealed secret of the key under test with a private key that is in no file.
const openingSecret = `
variable "private_key" {
  type      = string
  ephemeral = true
}

ephemeral "outscale_access_key_secret" "this" {
  sealed_secret_key = outscale_access_key.this.sealed_secret_key
  private_key       = var.private_key
}
`

// TestAccSealedSecret_writeOnlyArgument: an ephemeral resource opens the secret of a sealed key for a write-only argument of another
// provider. The secret arrives, even after a replacement of the key, and is in no file and no output.
func TestAccSealedSecret_writeOnlyArgument(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	mine := acctest.AgePair(t)
	s := c.Workspace(openingSecret + acctest.Key("this", sealTo(mine.Public)) + acctest.Block("sink_secret", "this",
		"value_wo = ephemeral.outscale_access_key_secret.this.secret_key",
		// It changes with the key, so that a new secret is delivered and an old one is not delivered again.
		"value_wo_version = parseint(substr(sha256(outscale_access_key.this.access_key_id), 0, 8), 16)"))
	s.Setenv("TF_VAR_private_key", mine.Private)
	s.Trace()
	s.Must(planTo("saved.plan")...)
	s.Must(applyPlan("saved.plan")...)
	arrived := func() {
		t.Helper()
		if s.Attributes("sink_secret")["sha256"] != c.OnlyKey().SecretSHA256 {
			t.Error("the secret that arrived is not that of the key")
		}
	}
	arrived()
	s.EmptyPlan()
	s.Must(append(apply, "-replace="+accessKeyAddress)...)
	arrived()
	s.Must(destroy...)
	s.ExpectNoSecretLeft(c.RootSecretKey, mine.Private)
}

// TestAccSealedSecret_rotation: the apply that rotates a key delivers the new secret to a write-only argument.
func TestAccSealedSecret_rotation(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	mine := acctest.AgePair(t)
	s := c.Workspace(acctest.Lines(`variable "trigger" {}`, strings.ReplaceAll(openingSecret, "outscale_access_key.this", "outscale_rotating_access_key.this")) +
		acctest.Block("outscale_rotating_access_key", "this", `lifetime = "40d"`, `rotate_before = "10d"`, `triggers = { by = var.trigger }`, sealTo(mine.Public)) +
		acctest.Block("sink_secret", "this", "value_wo = ephemeral.outscale_access_key_secret.this.secret_key",
			"value_wo_version = parseint(substr(sha256(outscale_rotating_access_key.this.access_key_id), 0, 8), 16)"))
	s.Setenv("TF_VAR_private_key", mine.Private)
	s.Trace()
	seen := map[string]bool{}
	for _, trigger := range []string{"first", "second"} {
		s.Setenv("TF_VAR_trigger", trigger)
		s.Apply()
		id := s.Attributes("outscale_rotating_access_key")["access_key_id"]
		for _, key := range c.Keys() {
			if key.AccessKeyID == id && s.Attributes("sink_secret")["sha256"] == key.SecretSHA256 {
				seen[key.AccessKeyID] = true
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("the secrets of %d of the 2 keys arrived", len(seen))
	}
	s.EmptyPlan()
	s.ExpectNoSecretLeft(c.RootSecretKey, mine.Private)
}

// TestAccSealedSecret_secondProvider: an ephemeral resource opens the secret of a sealed key for a second provider block, which signs
// with the new key.
func TestAccSealedSecret_secondProvider(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t, func(o *simulator.Options) {
		o.Grants = []simulator.Grant{{User: "robot", Actions: []string{"api:ReadUsers", "api:*AccessKey*"}}}
	})
	mine := acctest.AgePair(t)
	s := c.Workspace(openingSecret + owner("robot") + acctest.Key("this", byName, sealTo(mine.Public)) + `
provider "outscale" {}

provider "outscale" {
  alias         = "robot"
  access_key_id = outscale_access_key.this.access_key_id
  secret_key_id = ephemeral.outscale_access_key_secret.this.secret_key
}

resource "outscale_access_key" "by_robot" {
  provider  = outscale.robot
  user_name = outscale_user.owner.user_name
  tag       = "made by robot"
  ` + sealTo(mine.Public) + `
}
`)
	s.Setenv("TF_VAR_private_key", mine.Private)
	s.Must(planTo("saved.plan")...)
	s.Must(applyPlan("saved.plan")...)
	callers := ""
	for _, call := range c.Requests() {
		if call.Action == "CreateAccessKey" {
			callers += call.Caller + " "
		}
	}
	if callers != "root user:robot " {
		t.Errorf("keys were created by %s, want root and then user:robot", callers)
	}
	s.EmptyPlan()
	s.Must(destroy...)
	expectNothingLeft(t, c)
}
