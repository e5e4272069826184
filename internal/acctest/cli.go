// Package acctest has helpers for tests of the provider.
//
// Account is a simulated OUTSCALE account for one test. It records the calls, and the secrets that it issues. Protocol runs the
// provider on it without a CLI, which is enough for most tests. CLI runs Terraform or OpenTofu on it, with the built provider in a
// Workspace, or with the provider in the process of the test through terraform-plugin-testing.
//
// Only tests import the package.
package acctest

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
)

// CLI is Terraform or OpenTofu, and the account that it works on.
type CLI struct {
	*Account

	t   *testing.T
	cli cli
}

// NewCLI creates an account for the CLI at TF_ACC_TERRAFORM_PATH. It skips the test if the variable is not set.
func NewCLI(t *testing.T, opts ...func(*simulator.Options)) *CLI {
	t.Helper()
	found, err := theCLI()
	if errors.Is(err, errNoCLI) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &CLI{Account: NewAccount(t, opts...), t: t, cli: found}
}

// Tofu reports whether the CLI is OpenTofu, for tests of behaviour in which it differs from Terraform.
func (c *CLI) Tofu() bool { return c.cli.tofu }

// NeedIdentity skips the test on a CLI without resource identities: before version 1.12, of Terraform and OpenTofu.
func (c *CLI) NeedIdentity() {
	c.t.Helper()
	if c.cli.minor < 12 {
		c.t.Skip("resource identity needs Terraform or OpenTofu 1.12")
	}
}

// Test runs the steps of terraform-plugin-testing with the provider in this process, and destroys everything. It fails the test if an
// access key is left at the API.
func (c *CLI) Test(steps ...resource.TestStep) {
	c.t.Helper()
	for i := range steps {
		if steps[i].Config != "" && !strings.Contains(steps[i].Config, "required_providers") {
			steps[i].Config = Config(steps[i].Config)
		}
	}
	resource.Test(c.t, resource.TestCase{
		IsUnitTest: true,
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"outscale": func() (tfprotov6.ProviderServer, error) { return provider.NewServer("test", c.Host()), nil },
		},
		Steps: steps,
	})
	for _, key := range c.Keys() {
		c.t.Errorf("after the destroy, key %s (owner %q) is left at the API", key.AccessKeyID, key.UserName)
	}
}

// TestTraced is Test with a TRACE log. The home folder of the workspace that it returns has the log and the files of the CLI and the
// provider, for ExpectNoSecretLeft. It cannot run in parallel with other tests.
func (c *CLI) TestTraced(steps ...resource.TestStep) *Workspace {
	c.t.Helper()
	s := c.Workspace("")
	s.Trace()
	c.t.Setenv("TF_ACC_TEMP_DIR", s.Home())
	c.t.Setenv("TF_ACC_PERSIST_WORKING_DIR", "1")
	c.t.Setenv("TF_ACC_LOG_PATH", s.trace())
	c.Test(steps...)
	return s
}
