package acceptance_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// TestAccCommand_policyHCL applies the output of outscale-keys policy --hcl. The data source generates the document that the command
// prints as JSON, and the document allows the calls that the user made.
func TestAccCommand_policyHCL(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	const user = "1.ci@example" // no name of a Terraform object
	c.CreateUser(user)
	key := c.CreateKey(api.CreateAccessKeyInput{UserName: user})
	caller := c.As(api.Credential{AccessKeyID: key.ID, SecretKey: key.SecretKey})
	c.OutOfBand(func(ctx context.Context, root *api.Client) error {
		return root.PutUserPolicy(ctx, user, api.InlinePolicy{Name: "all", Document: `{"Statement":[{"Effect":"Allow","Action":["api:*"],"Resource":["*"]}]}`})
	})
	_, err := caller.ReadUsers(t.Context(), nil)
	c.NoError(err)
	_, err = caller.ReadAccounts(t.Context())
	c.NoError(err)
	_, err = caller.CreateUser(t.Context(), api.CreateUserInput{UserName: "made"})
	c.NoError(err)
	const address = "data.outscale_policy_document._1_ci_example"
	var steps []resource.TestStep
	for _, more := range [][]string{nil, {"--wildcard", "api:Read*"}} {
		args := append([]string{"policy", user}, more...)
		_, document := outscaleKeys(t, c, args...)
		_, hcl := outscaleKeys(t, c, append(args, "--hcl")...)
		want, err := policydoc.Parse(document)
		c.NoError(err)
		least := acctest.Block("outscale_user_inline_policy", "least", `user_name = "`+user+`"`, `policy_name = "least"`, "document = "+address+".json")
		steps = append(steps, resource.TestStep{
			Config: hcl + least,
			Check: resource.TestCheckResourceAttrWith(address, "json", func(got string) error {
				if got != want.JSON() {
					return fmt.Errorf("the data source generates %s, and the command prints %s", got, want.JSON())
				}
				return nil
			}),
		})
	}
	c.DeleteKey(c.OnlyKey())
	c.Test(steps...)
}
