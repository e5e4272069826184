package acceptance_test

import (
	"strings"
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/simtest"
)

// TestAccSecrecy_sealed: during the lifecycle of each type that seals, no secret is in a state, plan file, log or output. The tests of
// run-scoped keys and write-only arguments check the same.
func TestAccSecrecy_sealed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		block   func(arguments ...string) string
		more    []string // arguments of every configuration
		advance time.Duration
		pair    acctest.Pair
	}{
		"access key": {func(arguments ...string) string { return acctest.Key("this", arguments...) }, nil, 0, acctest.AgePair(t)},
		"rotating key": {func(arguments ...string) string {
			return acctest.Block("outscale_rotating_access_key", "this", append(arguments, `lifetime = "30d"`, `rotate_before = "7d"`)...)
		}, nil, 24 * day, acctest.SSHPair(t, "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			other := acctest.AgePair(t)
			s := cli.Workspace(c.block(sealTo(c.pair.Public)))
			s.Trace()
			s.Must(planTo("create.plan")...)
			s.Must(applyPlan("create.plan")...)
			s.EmptyPlan()
			cli.Advance(c.advance) // a pair rotates
			s.Write(c.block(sealTo(c.pair.Public), `tag = "changed"`))
			s.Must(planTo("change.plan")...)
			s.Must(applyPlan("change.plan")...)
			if want := map[bool]int{true: 2, false: 1}[c.advance > 0]; len(cli.Issued()) != want {
				t.Errorf("%d keys were created by now, want %d", len(cli.Issued()), want)
			}
			cli.SetFaults(acctest.Refusal("UpdateAccessKey"))
			s.Write(c.block(sealTo(c.pair.Public), `tag = "refused"`))
			if r := s.Run(apply...); r.Code != 1 {
				t.Errorf("a refused change ended with %d", r.Code)
			}
			cli.SetFaults()
			s.Write(c.block(sealTo(other.Public)))
			s.Must(planTo("recipients.plan")...)
			s.Must(applyPlan("recipients.plan")...)
			s.EmptyPlan()
			s.Must(destroy...)
			s.ExpectNoSecretLeft(cli.RootSecretKey, c.pair.Private, other.Private)
		})
	}
}

// TestAccSecrecy_clear: the secret of a key that is not sealed is in states and plan files, as documented, and in no log and no output.
// The credential of the provider, a key or a login, is in none of them.
func TestAccSecrecy_clear(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string]string{
		"signed":     "requests_per_second = 0",
		"with login": "requests_per_second = 0\n  login = \"" + simulator.DefaultEmail + "\"\n  password = \"" + simtest.AccountPassword + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := acctest.NewCLI(t)
			provider := "provider \"outscale\" {\n  " + arguments + "\n}\n"
			if name == "with login" {
				c.Env("OSC_ACCESS_KEY", "")
				c.Env("OSC_SECRET_KEY", "")
			}
			s := c.Workspace(provider + acctest.Key("this", `tag = "visible"`))
			s.Trace()
			s.Apply()
			s.EmptyPlan()
			c.SetFaults(acctest.Refusal("UpdateAccessKey"))
			s.Write(provider + acctest.Key("this", `tag = "changed"`))
			if r := s.Run(apply...); r.Code != 1 {
				t.Errorf("a refused change ended with %d", r.Code)
			}
			c.SetFaults()
			s.Must(destroy...)
			log := read(t, s.Home()+"/trace.log")
			for _, expected := range []string{"CreateAccessKey", "visible", "ApplyResourceChange"} {
				if !strings.Contains(log, expected) {
					t.Errorf("the log does not have %s: the test checks nothing", expected)
				}
			}
			for _, scheme := range []string{"Signature=", "Credential=", "Basic "} {
				if at := strings.Index(log, scheme); at >= 0 {
					t.Errorf("the log has an Authorization header (%q at byte %d)", scheme, at)
				}
			}
			secrets := append(c.Issued(), c.RootSecretKey, simtest.AccountPassword)
			c.NoError(acctest.Absent("the log", []byte(log), secrets...))
			c.NoError(acctest.Absent("the output", []byte(s.Printed()), secrets...))
		})
	}
}

// TestAccSecrecy_credential: the secrets of the provider block are not in plan files and states if they come from the environment or
// from an ephemeral variable. The test of the search shows that it finds a secret of another variable in a plan file.
func TestAccSecrecy_credential(t *testing.T) {
	t.Parallel()
	const variable = "variable \"secret\" {\n  type      = string\n  ephemeral = true\n}\n"
	block := func(arguments ...string) string {
		return "provider \"outscale\" {\n  " + strings.Join(append(arguments, "requests_per_second = 0"), "\n  ") + "\n}\n"
	}
	for name, c := range map[string]struct {
		config      string
		environment map[string]string
		secret      string // given as the variable
	}{
		"login of environment": {block(), map[string]string{"OSC_LOGIN": simulator.DefaultEmail, "OSC_PASSWORD": simtest.AccountPassword}, ""},
		"ephemeral variable":   {variable + block(`access_key_id = "`+simtest.RootAccessKey+`"`, `secret_key_id = var.secret`), nil, simtest.RootSecretKey},
		"login of a variable":  {variable + block(`login = "`+simulator.DefaultEmail+`"`, `password = var.secret`), nil, simtest.AccountPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cli := acctest.NewCLI(t)
			cli.Env("OSC_ACCESS_KEY", "")
			cli.Env("OSC_SECRET_KEY", "")
			for name, value := range c.environment {
				cli.Env(name, value)
			}
			s := cli.Workspace(c.config + acctest.Key("this", sealTo(acctest.AgePair(t).Public)))
			s.Trace()
			if c.secret != "" {
				s.Setenv("TF_VAR_secret", c.secret)
			}
			s.Must(planTo("saved.plan")...)
			s.Must(applyPlan("saved.plan")...)
			s.ExpectNoSecretLeft(simtest.RootSecretKey, simtest.AccountPassword)
		})
	}
}
