package acceptance_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// rights is a configuration with every resource for users, groups and their rights. The tests replace USER, GROUP, ACTION and ALICES.
const rights = `
resource "outscale_policy" "read" {
  policy_name = "read"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:Read*"], Resource = ["*"] }] })
}
resource "outscale_policy" "start" {
  policy_name = "start"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:StartVms"], Resource = ["*"] }] })
}

resource "outscale_user" "alice" {
  user_name = "alice"
  policy {
    policy_orn = outscale_policy.ALICES.orn
  }
  dynamic "policy" {
    for_each = []
    content {
      policy_orn = policy.value
    }
  }
}
resource "outscale_user_group" "admins" {
  user_group_name = "admins"
  user {
    user_name = outscale_user.alice.user_name
  }
  policy {
    policy_orn = outscale_policy.ALICES.orn
  }
}

resource "outscale_user" "ci" {
  user_name = "USER"
}
resource "outscale_access_key" "ci" {
  user_id = outscale_user.ci.user_id
}
resource "outscale_user_policy_link" "ci" {
  user_id    = outscale_user.ci.user_id
  policy_orn = outscale_policy.read.orn
}
resource "outscale_user_policies_exclusive" "ci" {
  user_id     = outscale_user.ci.user_id
  policy_orns = [outscale_user_policy_link.ci.policy_orn]
}
resource "outscale_user_inline_policy" "ci" {
  user_id     = outscale_user.ci.user_id
  policy_name = "own"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["ACTION"], Resource = ["*"] }] })
}
resource "outscale_user_inline_policies_exclusive" "ci" {
  user_id      = outscale_user.ci.user_id
  policy_names = [outscale_user_inline_policy.ci.policy_name]
}

resource "outscale_user_group" "ops" {
  user_group_name = "GROUP"
}
resource "outscale_user_group_membership" "ops" {
  user_id       = outscale_user.ci.user_id
  user_group_id = outscale_user_group.ops.user_group_id
}
resource "outscale_user_group_policy_link" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_orn    = outscale_policy.read.orn
}
resource "outscale_user_group_policies_exclusive" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_orns   = [outscale_user_group_policy_link.ops.policy_orn]
}
resource "outscale_user_group_inline_policy" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_name   = "own"
  document      = jsonencode({ Statement = [{ Effect = "Allow", Action = ["ACTION"], Resource = ["*"] }] })
}
resource "outscale_user_group_inline_policies_exclusive" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_names  = [outscale_user_group_inline_policy.ops.policy_name]
}
`

func rightsConfig(user, group, action, alices string) string {
	return strings.NewReplacer("USER", user, "GROUP", group, "ACTION", action, "ALICES", alices).Replace(rights)
}

// importIDs returns the import ids of these resources by address. It omits the key, because its secret cannot be imported.
func importIDs(t *testing.T, s *acctest.Workspace) map[string]string {
	t.Helper()
	var state struct {
		Resources []struct {
			Type, Name string
			Instances  []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal(s.State(), &state); err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, r := range state.Resources {
		attributes := r.Instances[0].Attributes
		if r.Type != "outscale_access_key" {
			ids[r.Type+"."+r.Name] = fmt.Sprint(attributes["id"])
		}
	}
	return ids
}

// TestAccRights_lifecycle tests the lifecycle of every resource for users, groups and rights in one configuration: create, import,
// update, destroy.
func TestAccRights_lifecycle(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(rightsConfig("ci", "ops", "api:ReadVms", "read"))
	s.Apply()
	s.EmptyPlan()

	ids := importIDs(t, s)
	if len(ids) != 15 {
		t.Fatalf("%d resources: %v", len(ids), ids)
	}
	config := rightsConfig("ci", "ops", "api:ReadVms", "read")
	start, rest, _ := strings.Cut(config, `resource "outscale_access_key" "ci"`)
	_, end, _ := strings.Cut(rest, "}\n")
	imports := start + end
	for address, id := range ids {
		imports += fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, id)
	}
	c.ResetCalls()
	adopted := c.Workspace(imports)
	// An import does not add blocks to the state, so that it never revokes rights. The apply adds those of alice and admins
	// there, and calls nothing, because the account has what they list.
	adopted.Apply().Contains(t, "15 imported, 0 added, 2 changed, 0 destroyed")
	adopted.EmptyPlan()
	c.ExpectWrites()

	// Renames keep keys, memberships, links and inline policies; documents and blocks change in place.
	s.Write(rightsConfig("robot", "platform", "api:ReadSubnets", "start"))
	s.Apply().Contains(t, "0 added, 6 changed, 0 destroyed")
	s.EmptyPlan()

	s.Must(destroy...)
	expectNothingLeft(t, c)
	groups, err := c.API().ReadUserGroups(t.Context(), nil)
	if err != nil || len(groups) != 0 {
		t.Errorf("groups are left: %v, %v", groups, err)
	}
}

// TestAccUser_destroyUnordered: one run destroys a user together with resources that have its name as a literal text, which the CLI
// destroys at the same time.
func TestAccUser_destroyUnordered(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	policy, err := c.API().CreatePolicy(t.Context(), api.CreatePolicyInput{Name: "read", Path: "/", Document: `{"Statement":[{"Effect":"Allow","Action":["api:ReadUsers"],"Resource":["*"]}]}`})
	if err != nil {
		t.Fatal(err)
	}
	config := func(user, group string) string {
		return fmt.Sprintf(`
resource "outscale_user" "ci" {
  user_name = "ci"
}
resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}
resource "outscale_access_key" "ci" {
  user_name = %[1]s
}
resource "outscale_user_policy_link" "ci" {
  user_name  = %[1]s
  policy_orn = %[3]q
}
resource "outscale_user_inline_policy" "ci" {
  user_name   = %[1]s
  policy_name = "own"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadVms"], Resource = ["*"] }] })
}
resource "outscale_user_group_membership" "ci" {
  user_name       = %[1]s
  user_group_name = %[2]s
}
`, user, group, policy.ORN)
	}
	s := c.Workspace(config("outscale_user.ci.user_name", "outscale_user_group.ops.user_group_name"))
	s.Apply()
	s.Write(config(`"ci"`, `"ops"`))
	s.Apply().Contains(t, "0 added, 0 changed, 0 destroyed")
	s.Must(destroy...)
	expectNothingLeft(t, c)
}

// TestAccUserGroup_memberLeavesWithItsBlock: in the example of the page, one apply removes a user and a policy with
// `create_before_destroy` together with their blocks in a group. The group is changed first.
func TestAccUserGroup_memberLeavesWithItsBlock(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	s := c.Workspace(read(t, filepath.Join(acctest.Root(t), "examples", "resources", "outscale_user_group", "blocks.tf")))
	s.Apply()
	c.ResetCalls()
	s.Write(acctest.Block("outscale_user_group", "operators", `user_group_name = "operators"`))
	s.Apply().Contains(t, "0 added, 1 changed, 2 destroyed")
	writes := c.Writes()
	if len(writes) == 4 {
		slices.Sort(writes[2:]) // at the same time
	}
	if want := []string{"RemoveUserFromUserGroup", "UnlinkManagedPolicyFromUserGroup", "DeletePolicy", "DeleteUser"}; !slices.Equal(writes, want) {
		t.Errorf("writes %v, want %v", writes, want)
	}
	s.EmptyPlan()
}
