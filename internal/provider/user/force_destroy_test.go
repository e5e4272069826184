package user_test

import (
	"context"
	"slices"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// addDependents gives a user a key, a membership, a link and an inline policy, outside of Terraform.
func addDependents(h *acctest.Protocol, name string) (key api.AccessKey) {
	key = h.CreateKey(api.CreateAccessKeyInput{UserName: name, Tag: "production"})
	orn := policies(h, "managed")
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		if _, err := c.CreateUserGroup(ctx, "ops", "/"); err != nil {
			return err
		}
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: name})
	})
	link(h, orn[0], name)
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.PutUserPolicy(ctx, name, api.InlinePolicy{Name: "inline", Document: document})
	})
	return key
}

func forceDestroy(name string) acctest.Args {
	return acctest.Args{"user_name": name, "force_destroy": true}
}

// TestUser_forceDestroy removes everything, the keys first.
func TestUser_forceDestroy(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	u := h.Resource(user, named("ci"))
	key := addDependents(h, "ci")
	u.TryDestroy().ExpectError("User not deleted", "access keys "+key.ID, "groups ops", "linked policies orn:", "inline policies inline", "force_destroy", "create_before_destroy")
	h.ResetCalls()
	u.Update(forceDestroy("ci"))
	h.ExpectWrites()
	u.Destroy().ExpectWarning("Access keys revoked with their user: ci", "including those that Terraform does not manage", key.ID+", ACTIVE, tag \"production\"")
	h.ExpectWrites("UpdateAccessKey", "DeleteAccessKey", "RemoveUserFromUserGroup", "UnlinkPolicy", "DeleteUserPolicy", "DeleteUser")
}

// TestUser_forceDestroyFails: a key that cannot be removed keeps every right, and the error names what is left.
func TestUser_forceDestroyFails(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	u := h.Resource(user, forceDestroy("ci"))
	key := addDependents(h, "ci")
	h.ResetCalls()
	h.SetFaults(acctest.Refusal("DeleteAccessKey"))
	u.TryDestroy().ExpectError("User not deleted", "access keys "+key.ID, "groups ops", "inline policies inline")
	if writes := h.Writes(); slices.Contains(writes, "RemoveUserFromUserGroup") || slices.Contains(writes, "UnlinkPolicy") {
		t.Errorf("rights were taken away: %v", writes)
	}
	h.SetFaults(acctest.Refusal("UnlinkPolicy"))
	u.TryDestroy().ExpectError("User not deleted", "User ci still has linked policies orn:")
	h.SetFaults()
	u.Destroy()
}

// TestUser_forceDestroyOwnKey: neither the key that signs the calls nor anything else of its user is removed.
func TestUser_forceDestroyOwnKey(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	u := h.Resource(user, forceDestroy("ci"))
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.PutUserPolicy(ctx, "ci", api.InlinePolicy{Name: "all", Document: `{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}`})
	})
	h.CreateKey(api.CreateAccessKeyInput{UserName: "ci"})
	own := h.CreateKey(api.CreateAccessKeyInput{UserName: "ci"})
	h.Env("OSC_ACCESS_KEY", own.ID)
	h.Env("OSC_SECRET_KEY", own.SecretKey)
	h.ResetCalls()
	u.TryDestroy().ExpectError("User not deleted", own.ID+" signs the calls")
	h.ExpectWrites()
}

// TestUser_anyOrder: one run destroys a user with `force_destroy` and its resources, in any order.
func TestUser_anyOrder(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 1, 2, 3, 4, 5} {
		h := acctest.NewProtocol(t)
		orn := policies(h, "managed")
		u := h.Resource(user, forceDestroy("ci"))
		all := []*acctest.Resource{
			u, h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"}),
			h.Resource("outscale_user_group_membership", acctest.Args{"user_name": "ci", "user_group_name": "ops"}),
			h.Resource("outscale_user_policy_link", acctest.Args{"user_id": u.Get("id"), "policy_orn": orn[0]}),
			h.Resource("outscale_user_inline_policy", acctest.Args{"user_name": "ci", "policy_name": "p", "document": document}),
			h.Resource("outscale_access_key", acctest.Args{"user_name": "ci"}),
		}
		all[1].Update(acctest.Args{"user_group_name": "ops", "force_destroy": true})
		for i := range all {
			r := all[(first+i)%len(all)]
			r.SkipRefresh = true // a destroy refreshes before the first deletion
			r.Destroy()
		}
		if len(h.Users())+len(h.Keys()) != 0 {
			t.Errorf("from %d: users %v and keys %v are left", first, h.Users(), h.Keys())
		}
	}
}

// TestUser_takeoverWithPolicies: a state of the official provider with blocks plans empty, and blocks go on being exclusive.
func TestUser_takeoverWithPolicies(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	made := h.CreateUser("alice")
	orn := policies(h, "a", "b")
	link(h, orn[0], "alice")
	state := stateOfOfficialProvider(made)
	date := made.CreationDate.Format("2006-01-02T15:04:05.000-0700")
	state["policy"] = []any{acctest.Args{"policy_orn": orn[0], "policy_name": "a", "policy_id": "X", "default_version_id": "v1",
		"creation_date": date, "last_modification_date": date, "of_a_later_version": "x"}}
	u := h.NewResource(user)
	u.SetState(state)
	u.Update(withPolicies("alice", orn[0]))
	h.ExpectWrites()
	u.Update(withPolicies("alice", orn[1]))
	expectLinked(t, h, "alice", orn[1])
}
