package acceptance_test

import (
	"fmt"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestAccUser_renameToTakenName: two users cannot exchange their names, and the plan says so before a run revokes the keys
// that name their owners by the old names. One user can take the name that another user loses if `depends_on` says which
// rename comes first.
func TestAccUser_renameToTakenName(t *testing.T) {
	t.Parallel()
	config := func(one, two, more string) string {
		return fmt.Sprintf(`
resource "outscale_user" "one" {
  user_name = %q
%s
}
resource "outscale_user" "two" {
  user_name = %q
}
resource "outscale_access_key" "one" {
  user_name = outscale_user.one.user_name
}
resource "outscale_access_key" "two" {
  user_name = outscale_user.two.user_name
}
`, one, more, two)
	}
	c := acctest.NewCLI(t)
	s := c.Workspace(config("a", "b", ""))
	s.Apply()

	c.ResetCalls()
	s.Write(config("b", "a", ""))
	s.Run("apply", "-auto-approve", "-no-color").Contains(t, "Name is taken", "three applies")
	c.ExpectWrites()

	s.Write(config("b", "c", "depends_on = [outscale_user.two]"))
	s.Apply()
	s.EmptyPlan()
}
