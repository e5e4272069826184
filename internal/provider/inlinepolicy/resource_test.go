package inlinepolicy_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/simulator"
	"github.com/outscale-access/terraform-provider-outscale/simulator/faults"
)

const (
	typeName  = "outscale_user_inline_policy"
	document  = `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers","api:ReadAccounts"],"Resource":["*"]}]}`
	rewritten = `{ "Statement": [{"Resource": ["*"], "Action": ["api:ReadAccounts", "api:ReadUsers"], "Effect": "Allow"}] }`
	other     = `{"Statement":[{"Effect":"Deny","Action":["api:ReadUsers"],"Resource":["*"]}]}`
)

func TestUserInlinePolicy_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	user := h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	config := func(document string) acctest.Args {
		return acctest.Args{"user_id": user.String("id"), "policy_name": "read", "document": document}
	}
	policy := h.Resource(typeName, config(document))
	policy.Expect(acctest.Args{"user_name": "ci", "document": document})
	policy.ExpectEmptyPlan(config(rewritten))
	policy.Update(config(other))
	policy.Expect(acctest.Args{"document": other})
	policy.ExpectImport("ci/read")

	user.Update(acctest.Args{"user_name": "pipeline"})
	policy.ExpectEmptyPlan(config(other))
	policy.Destroy()
	user.Destroy()
	h.ExpectWrites("CreateUser", "PutUserPolicy", "PutUserPolicy", "UpdateUser", "DeleteUserPolicy", "DeleteUser")
}

func TestUserInlinePolicy_changedOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	config := acctest.Args{"user_name": "ci", "policy_name": "read", "document": document}
	policy := h.Resource(typeName, config)
	put := func(document string) {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error {
			return c.PutUserPolicy(ctx, "ci", api.InlinePolicy{Name: "read", Document: document})
		})
	}
	put(rewritten)
	policy.ExpectEmptyPlan(config)
	put(other)
	policy.Read().ExpectNone()
	policy.Expect(acctest.Args{"document": other})
	policy.Update(config)

	h.OutOfBand(func(ctx context.Context, c *api.Client) error { return c.DeleteUserPolicy(ctx, "ci", "read") })
	policy.Read().ExpectWarning("Inline policy is gone: ci/read", "has no inline policy named read.")
}

func TestUserInlinePolicy_existing(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.PutUserPolicy(ctx, "ci", api.InlinePolicy{Name: "read", Document: other})
	})
	policy := h.NewResource(typeName)
	policy.Apply(acctest.Args{"user_name": "ci", "policy_name": "read", "document": document}).
		ExpectError("Inline policy not written", "already")
	if policy.Exists() {
		t.Error("the policy of somebody else is in the state: the next run would delete it")
	}
	h.ExpectWrites("CreateUser")
}

// TestUserInlinePolicy_lostAnswers: if the answers to a creation are lost, the state has the policy, and the next run replaces
// it. A refused policy is not in the state.
func TestUserInlinePolicy_lostAnswers(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	config := acctest.Args{"user_name": "ci", "policy_name": "read", "document": document}
	for fault, saved := range map[simulator.Fault]bool{
		{Kind: faults.StatusAfter, Status: http.StatusNotImplemented}:  true,
		{Kind: faults.Status, Status: http.StatusNotImplemented}:       true,
		{Kind: faults.Status, Status: http.StatusForbidden, Code: "4"}: false,
	} {
		fault.Action = "PutUserPolicy"
		h.SetFaults(fault)
		policy := h.NewResource(typeName)
		policy.Apply(config).ExpectError("Inline policy not written", "PutUserPolicy")
		h.SetFaults()
		if policy.Exists() != saved || policy.Tainted() != saved {
			t.Errorf("%s %d: in the state %v, tainted %v", fault.Kind, fault.Status, policy.Exists(), policy.Tainted())
		}
		policy.Apply(config).ExpectNoErrors()
		policy.ExpectEmptyPlan(config)
		policy.Destroy()
	}
}

func TestUserGroupInlinePolicy_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		_, err := c.CreateUserGroup(ctx, "ops", "")
		return err
	})
	config := acctest.Args{"user_group_name": "ops", "policy_name": "read", "document": document}
	policy := h.Resource("outscale_user_group_inline_policy", config)
	config["document"] = other
	policy.Update(config)
	policy.Destroy()
}

func TestUserInlinePolicy_documentRefused(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.NewResource(typeName).Plan(acctest.Args{"user_name": "ci", "policy_name": "p", "document": `{"Statement":[]}`}).
		ExpectError("Policy document not valid", "has no statement")
}
