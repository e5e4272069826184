resource "outscale_user" "ci" {
  user_name = "ci"
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

# A link resource, so that the link is removed before the user and the policy.
resource "outscale_user_policy_link" "read" {
  user_id    = outscale_user.ci.user_id
  policy_orn = outscale_policy.read.orn
}

# Managed policies that are linked to the user and not listed are unlinked.
resource "outscale_user_policies_exclusive" "ci" {
  user_id     = outscale_user.ci.user_id
  policy_orns = [outscale_user_policy_link.read.policy_orn]
}
