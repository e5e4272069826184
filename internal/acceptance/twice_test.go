package acceptance_test

import (
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestAccRights_replacedIsNotTwice: the CLI plans a resource that it replaces twice, and again when it applies the plan. This gives no
// warning: the provider warns only of a second resource for the same object.
func TestAccRights_replacedIsNotTwice(t *testing.T) {
	t.Parallel()
	const warning = "Two resources manage the same object"
	const config = `
resource "outscale_user" "all" {
  for_each  = toset(["a", "b"])
  user_name = each.key
}
resource "outscale_user_inline_policy" "all" {
  for_each    = outscale_user.all
  user_name   = each.value.user_name
  policy_name = "x"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadVms"], Resource = ["*"] }] })
}
resource "outscale_user_group" "all" {
  count           = 2
  user_group_name = "g${count.index}"
}
resource "outscale_user_group_membership" "all" {
  count           = 2
  user_name       = outscale_user.all["a"].user_name
  user_group_name = outscale_user_group.all[count.index].user_group_name
  lifecycle {
    create_before_destroy = true
  }
}
`
	s := acctest.NewCLI(t).Workspace(config)
	s.Apply()
	replaced := s.Must("apply", "-auto-approve", "-no-color", `-replace=outscale_user_inline_policy.all["a"]`, `-replace=outscale_user_group_membership.all[0]`)
	replaced.Contains(t, "2 added, 0 changed, 2 destroyed")
	if strings.Contains(s.Printed(), warning) {
		t.Errorf("a warning: %s", s.Printed())
	}
	s.Write(config + `
resource "outscale_user_group_membership" "twice" {
  user_id       = outscale_user.all["b"].id
  user_group_id = outscale_user_group.all[0].id
}
resource "outscale_user_group_membership" "again" {
  user_id       = outscale_user.all["b"].id
  user_group_id = outscale_user_group.all[0].id
}
`)
	s.Plan().Contains(t, warning)
}
