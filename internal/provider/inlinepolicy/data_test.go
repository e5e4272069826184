package inlinepolicy_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// TestInlinePoliciesData_list: the policies of a user and of a group, by name and with their documents; no policy; and an unknown user or group.
func TestInlinePoliciesData_list(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ops")
	h.CreateUser("empty")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		if _, err := c.CreateUserGroup(ctx, "ops", "/"); err != nil {
			return err
		}
		_, err := c.CreateUserGroup(ctx, "empty", "/")
		return err
	})
	for name, text := range map[string]string{"write": other, "read": document} {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error {
			p := api.InlinePolicy{Name: name, Document: text}
			if err := c.PutUserPolicy(ctx, "ops", p); err != nil {
				return err
			}
			return c.PutUserGroupPolicy(ctx, api.GroupRef{Name: "ops"}, p)
		})
	}
	for typeName, argument := range map[string]string{"outscale_user_inline_policies": "user_name", "outscale_user_group_inline_policies": "user_group_name"} {
		got := h.DataSource(typeName, acctest.Args{argument: "ops"})
		policies := got.List("policies")
		if len(policies) != 2 || got.Get("id") == "" {
			t.Fatalf("%s: %v, id %v", typeName, policies, got.Get("id"))
		}
		for i, want := range []acctest.Args{{"policy_name": "read", "document": document}, {"policy_name": "write", "document": other}} {
			if text := acctest.Mismatch(policies[i], want); text != "" {
				t.Errorf("%s: %s", typeName, text)
			}
		}
		if n := len(h.DataSource(typeName, acctest.Args{argument: "empty"}).List("policies")); n != 0 {
			t.Errorf("%s: %d policies", typeName, n)
		}
		h.DataSource(typeName, acctest.Args{argument: "nobody"}).ExpectError("Inline policies not read", "nobody")
	}
}
