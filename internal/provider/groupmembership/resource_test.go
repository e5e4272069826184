package groupmembership_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func TestUserGroupMembership_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	user := h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	config := acctest.Args{"user_id": user.String("id"), "user_group_id": group.String("id")}
	member := h.Resource("outscale_user_group_membership", config)
	member.Expect(acctest.Args{"user_name": "ci", "user_group_name": "ops"})
	member.ExpectImport("ops/ci")

	// Renames keep the membership.
	user.Update(acctest.Args{"user_name": "pipeline"})
	group.Update(acctest.Args{"user_group_name": "platform"})
	member.ExpectEmptyPlan(config)
	member.Destroy()
	group.Destroy()
	user.Destroy()
	h.ExpectWrites("CreateUser", "CreateUserGroup", "AddUserToUserGroup", "UpdateUser", "UpdateUserGroup",
		"RemoveUserFromUserGroup", "DeleteUserGroup", "DeleteUser")
}

func TestUserGroupMembership_goneOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.Resource("outscale_user", acctest.Args{"user_name": "ci"})
	h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	member := h.Resource("outscale_user_group_membership", acctest.Args{"user_name": "ci", "user_group_name": "ops"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.RemoveUserFromUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "ci"})
	})
	id := member.String("id")
	member.Read().ExpectWarning("Group membership is gone: "+id, "User ci is not a member of user group ops.")
}
