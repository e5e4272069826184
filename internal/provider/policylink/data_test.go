package policylink_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// linked has a user and a group of the name ops, each linked to the same two policies.
func linked(t *testing.T) (h *acctest.Protocol, group api.UserGroup) {
	t.Helper()
	h = acctest.NewProtocol(t)
	h.CreateUser("ops")
	h.CreateUser("empty")
	h.OutOfBand(func(ctx context.Context, c *api.Client) (err error) {
		group, err = c.CreateUserGroup(ctx, "ops", "/")
		return err
	})
	for name, path := range map[string]string{"read": "/", "deploy": "/team/"} {
		h.OutOfBand(func(ctx context.Context, c *api.Client) error {
			p, err := c.CreatePolicy(ctx, api.CreatePolicyInput{Name: name, Path: path, Document: document})
			if err == nil {
				err = c.LinkPolicy(ctx, p.ORN, "ops")
			}
			if err == nil {
				err = c.LinkManagedPolicyToUserGroup(ctx, p.ORN, "ops")
			}
			return err
		})
	}
	return h, group
}

type blocks = []map[string]any

func filtered(config acctest.Args, name string, values ...string) acctest.Args {
	config["filter"] = blocks{{"name": name, "values": values}}
	return config
}

// TestPoliciesLinkedToUserData_filters: all policies, by path, no policy, and an unknown user.
func TestPoliciesLinkedToUserData_filters(t *testing.T) {
	h, _ := linked(t)
	const typeName = "outscale_policies_linked_to_user"
	of := func(name string) acctest.Args { return acctest.Args{"user_name": name} }
	for name, c := range map[string]struct {
		config acctest.Args
		want   int
	}{"all": {of("ops"), 2}, "by path": {filtered(of("ops"), "path_prefix", "/team/"), 1}, "none": {of("empty"), 0}} {
		got := h.DataSource(typeName, c.config)
		if n := len(got.List("policies")); n != c.want || got.Get("id") == "" {
			t.Errorf("%s: %d policies, id %v", name, n, got.Get("id"))
		}
	}
	got := h.DataSource(typeName, filtered(of("ops"), "path_prefix", "/team/")).List("policies")[0]
	if text := acctest.Mismatch(got, acctest.Args{"policy_name": "deploy", "orn": acctest.Matches(`:policy/team/deploy$`), "policy_id": acctest.NotNull, "creation_date": acctest.NotNull}); text != "" {
		t.Error(text)
	}
	h.DataSource(typeName, of("nobody")).ExpectError("Linked policies not read", "user_name = nobody")
	if got := h.DataSource(typeName, filtered(of("ops"), "user_group_ids", "x")); !got.HasError() {
		t.Error("an unknown filter is accepted")
	}
}

// TestPoliciesLinkedToUserGroupData_filters: all policies, by path, by id, and an unknown group.
func TestPoliciesLinkedToUserGroupData_filters(t *testing.T) {
	h, group := linked(t)
	const typeName = "outscale_policies_linked_to_user_group"
	ops := func() acctest.Args { return acctest.Args{"user_group_name": "ops"} }
	for name, c := range map[string]struct {
		config acctest.Args
		want   int
	}{
		"all": {ops(), 2}, "by path": {filtered(ops(), "path_prefix", "/team/"), 1},
		"by id": {filtered(ops(), "user_group_ids", group.ID), 2}, "by another id": {filtered(ops(), "user_group_ids", "x"), 0},
	} {
		if n := len(h.DataSource(typeName, c.config).List("policies")); n != c.want {
			t.Errorf("%s: %d policies", name, n)
		}
	}
	h.DataSource(typeName, acctest.Args{"user_group_name": "nobody"}).ExpectError("Linked policies not read", "user_group_name = nobody")
}
