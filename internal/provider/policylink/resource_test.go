package policylink_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const document = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`

func TestUserPolicyLink_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	user := h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": document})
	config := acctest.Args{"user_id": user.String("id"), "policy_orn": policy.String("orn")}
	link := h.Resource("outscale_user_policy_link", config)
	link.Expect(acctest.Args{"user_name": "ci", "id": user.String("id") + "/" + policy.String("orn")})
	link.ExpectImport("ci/" + policy.String("orn"))

	// A rename keeps the link.
	user.Update(acctest.Args{"user_name": "pipeline"})
	link.ExpectEmptyPlan(config)

	// A policy that is linked is not deleted.
	refused := policy.TryDestroy()
	refused.ExpectError("Policy not deleted", "user pipeline", "force_detach")

	link.Destroy()
	policy.Destroy()
	user.Destroy()
	h.ExpectWrites("CreateUser", "CreatePolicy", "LinkPolicy", "UpdateUser", "UnlinkPolicy", "DeletePolicy", "DeleteUser")
}

func TestUserPolicyLink_goneOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": document})
	link := h.Resource("outscale_user_policy_link", acctest.Args{"user_name": "ci", "policy_orn": policy.String("orn")})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.UnlinkPolicy(ctx, policy.String("orn"), "ci") })
	link.Read().ExpectWarning("Policy link is gone: ci/"+policy.String("orn"), "Policy "+policy.String("orn")+" is not linked to user ci.", "If it is still in the configuration, Terraform plans to create it again.")
	if link.Exists() {
		t.Error("the link is still in the state")
	}
}

func TestUserGroupPolicyLink_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreateUserGroup(ctx, "ops", "")
		return err
	})
	policy := h.Resource("outscale_policy", acctest.Args{"policy_name": "read", "document": document})
	link := h.Resource("outscale_user_group_policy_link", acctest.Args{"user_group_name": "ops", "policy_orn": policy.String("orn")})
	link.Destroy()
}

func TestUserPolicyLink_refused(t *testing.T) {
	h := acctest.NewProtocol(t)
	for name, config := range map[string]acctest.Args{
		"no user":   {"policy_orn": "orn:ows:idauth::123456789012:policy/x"},
		"no policy": {"user_name": "ci", "policy_orn": "x"},
	} {
		if plan := h.NewResource("outscale_user_policy_link").Plan(config); !plan.HasError() {
			t.Errorf("%s: accepted", name)
		}
	}
}
