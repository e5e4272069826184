resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

data "outscale_policy_document" "read" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_policy" "read" {
  policy_name = "read"
  document    = data.outscale_policy_document.read.json
}

# A link resource, so that the link is removed before the group and the policy.
resource "outscale_user_group_policy_link" "read" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_orn    = outscale_policy.read.orn
}

# Managed policies that are linked to the group and not listed are unlinked.
resource "outscale_user_group_policies_exclusive" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_orns   = [outscale_user_group_policy_link.read.policy_orn]
}
