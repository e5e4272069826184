package usergroup_test

import (
	"context"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

func TestUserGroup_lifecycle(t *testing.T) {
	h := acctest.NewProtocol(t)
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	id := group.String("id")
	group.ExpectImport(id, "force_destroy")
	group.Update(acctest.Args{"user_group_name": "platform", "path": "/infra/"})
	group.Expect(acctest.Args{"id": id, "user_group_id": id, "user_group_name": "platform", "path": "/infra/"})
	group.Destroy()
	h.ExpectWrites("CreateUserGroup", "UpdateUserGroup", "DeleteUserGroup")
}

func TestUserGroup_forceDestroy(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("ci")
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.AddUserToUserGroup(ctx, api.GroupRef{Name: "ops"}, api.UserRef{Name: "ci"})
	})
	group.TryDestroy().ExpectError("User group not deleted", "force_destroy")
	group.Update(acctest.Args{"user_group_name": "ops", "force_destroy": true})
	group.Destroy()
}

func TestUserGroup_goneOutside(t *testing.T) {
	h := acctest.NewProtocol(t)
	group := h.Resource("outscale_user_group", acctest.Args{"user_group_name": "ops"})
	h.OutOfBand(func(ctx context.Context, c *api.Client) error {
		return c.DeleteUserGroup(ctx, api.GroupRef{Name: "ops"}, true)
	})
	id := group.String("id")
	group.Read().ExpectWarning("User group is gone: " + id)
}
