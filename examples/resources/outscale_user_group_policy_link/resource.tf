resource "outscale_user_group" "auditors" {
  user_group_name = "auditors"
}

data "outscale_policy_document" "audit" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_policy" "audit" {
  policy_name = "audit"
  document    = data.outscale_policy_document.audit.json
}

resource "outscale_user_group_policy_link" "audit" {
  user_group_id = outscale_user_group.auditors.user_group_id
  policy_orn    = outscale_policy.audit.orn

  # To change the policy, link the new one before removing this link.
  lifecycle {
    create_before_destroy = true
  }
}
