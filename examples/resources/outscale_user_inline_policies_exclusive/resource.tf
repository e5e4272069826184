resource "outscale_user" "ci" {
  user_name = "ci"
}

data "outscale_policy_document" "read" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_user_inline_policy" "read" {
  user_id     = outscale_user.ci.user_id
  policy_name = "read"
  document    = data.outscale_policy_document.read.json
}

# Inline policies of the user that are not listed are removed.
resource "outscale_user_inline_policies_exclusive" "ci" {
  user_id      = outscale_user.ci.user_id
  policy_names = [outscale_user_inline_policy.read.policy_name]
}
