resource "outscale_user" "operator" {
  user_name = "operator"

  # If you remove the user together with its block in the group, the group is changed first.
  lifecycle {
    create_before_destroy = true
  }
}

resource "outscale_policy" "start" {
  policy_name = "start-and-stop"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:StartVms", "api:StopVms"], Resource = ["*"] }]
  })

  lifecycle {
    create_before_destroy = true
  }
}

# The blocks are all members and all policies of the group.
resource "outscale_user_group" "operators" {
  user_group_name = "operators"

  user {
    user_name = outscale_user.operator.user_name
  }
  policy {
    policy_orn = outscale_policy.start.orn
  }
}
