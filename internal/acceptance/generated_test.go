package acceptance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// generate plans imports, and writes the missing configuration.
var generate = []string{"plan", "-generate-config-out=generated.tf", "-input=false", "-no-color"}

// everyKind has a resource of each type, except those whose import needs a value that the API does not show.
const everyKind = `
resource "outscale_user" "this" {
  user_name  = "ci"
  path       = "/team/"
  user_email = "ci@example.com"
}

resource "outscale_rotating_access_key" "this" {
  user_id       = outscale_user.this.user_id
  lifetime      = "30d"
  rotate_before = "7d"
}

resource "outscale_user_group" "this" {
  user_group_name = "ops"
}

resource "outscale_user_group_membership" "this" {
  user_id       = outscale_user.this.user_id
  user_group_id = outscale_user_group.this.user_group_id
}

resource "outscale_policy" "this" {
  policy_name = "read"
  description = "Reads keys"
  document    = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadAccessKeys"], Resource = ["*"] }] })
}

resource "outscale_policy_version" "this" {
  policy_orn     = outscale_policy.this.orn
  set_as_default = true
  document       = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadUsers"], Resource = ["*"] }] })
}

resource "outscale_user_policy_link" "this" {
  user_id    = outscale_user.this.user_id
  policy_orn = outscale_policy.this.orn
}

resource "outscale_user_group_policy_link" "this" {
  user_group_id = outscale_user_group.this.user_group_id
  policy_orn    = outscale_policy.this.orn
}

resource "outscale_user_inline_policy" "this" {
  user_id     = outscale_user.this.user_id
  policy_name = "inline"
  document    = outscale_policy.this.document
}

resource "outscale_user_group_inline_policy" "this" {
  user_group_id = outscale_user_group.this.user_group_id
  policy_name   = "inline"
  document      = outscale_policy.this.document
}

resource "outscale_user_policies_exclusive" "this" {
  user_id     = outscale_user.this.user_id
  policy_orns = [outscale_user_policy_link.this.policy_orn]
}

resource "outscale_user_inline_policies_exclusive" "this" {
  user_id      = outscale_user.this.user_id
  policy_names = [outscale_user_inline_policy.this.policy_name]
}

resource "outscale_user_group_policies_exclusive" "this" {
  user_group_id = outscale_user_group.this.user_group_id
  policy_orns   = [outscale_user_group_policy_link.this.policy_orn]
}

resource "outscale_user_group_inline_policies_exclusive" "this" {
  user_group_id = outscale_user_group.this.user_group_id
  policy_names  = [outscale_user_group_inline_policy.this.policy_name]
}

resource "outscale_api_access_rule" "this" {
  description = "Office"
  ip_ranges   = ["0.0.0.0/0"]
}

resource "outscale_api_access_policy" "this" {
  max_access_key_expiration_seconds = 0
  require_trusted_env               = false
}
`

// TestAccImport_generatesConfiguration: the configuration that the CLI generates for an import block of each type plans and applies
// without a change. TestAccAccessKey_importGeneratesConfiguration does the same with keys.
func TestAccImport_generatesConfiguration(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	created := c.Workspace(everyKind)
	created.Apply()
	orn, _ := created.Attributes("outscale_policy")["orn"].(string)
	ids := map[string]string{
		"outscale_user": "ci", "outscale_user_group": "ops", "outscale_user_group_membership": "ops/ci",
		"outscale_policy": orn, "outscale_policy_version": orn + "/v2", "outscale_api_access_policy": "any",
		"outscale_user_policy_link": "ci/" + orn, "outscale_user_group_policy_link": "ops/" + orn,
		"outscale_user_inline_policy": "ci/inline", "outscale_user_group_inline_policy": "ops/inline",
		"outscale_user_policies_exclusive": "ci", "outscale_user_inline_policies_exclusive": "ci",
		"outscale_user_group_policies_exclusive": "ops", "outscale_user_group_inline_policies_exclusive": "ops",
	}
	for _, typeName := range []string{"outscale_rotating_access_key", "outscale_api_access_rule"} {
		ids[typeName], _ = created.Attributes(typeName)["id"].(string)
	}
	if n := strings.Count(everyKind, "\nresource "); n != len(ids) {
		t.Fatalf("%d resources and %d ids", n, len(ids))
	}
	var imports strings.Builder
	for typeName, id := range ids {
		fmt.Fprintf(&imports, "import {\n  to = %s.this\n  id = %q\n}\n", typeName, id)
	}
	c.ResetCalls()
	s := c.Workspace(imports.String())
	s.Must(generate...).Contains(t, fmt.Sprintf("%d to import, 0 to add, 0 to change, 0 to destroy", len(ids)))
	s.Apply().Contains(t, fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(ids)))
	s.EmptyPlan()
	c.ExpectWrites()
}
