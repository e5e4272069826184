resource "outscale_user" "operator" {
  user_name = "operator"
}

resource "outscale_policy" "start" {
  policy_name = "start-and-stop"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:StartVms", "api:StopVms"], Resource = ["*"] }]
  })
}

# With `user` and `policy` blocks, the blocks are all members and all policies of the group.
resource "outscale_user_group" "operators" {
  user_group_name = "operators"

  user {
    user_name = outscale_user.operator.user_name
  }
  policy {
    policy_orn = outscale_policy.start.orn
  }
}
