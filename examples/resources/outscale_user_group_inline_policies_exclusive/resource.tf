resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

data "outscale_policy_document" "read" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_user_group_inline_policy" "read" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_name   = "read"
  document      = data.outscale_policy_document.read.json
}

# Inline policies of the group that are not listed are removed.
resource "outscale_user_group_inline_policies_exclusive" "ops" {
  user_group_id = outscale_user_group.ops.user_group_id
  policy_names  = [outscale_user_group_inline_policy.read.policy_name]
}
