resource "outscale_policy" "read" {
  policy_name = "read-everything"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:Read*"], Resource = ["*"] }]
  })
}

# The blocks are all managed policies of the user.
resource "outscale_user" "reader" {
  user_name     = "reader"
  force_destroy = true

  policy {
    policy_orn = outscale_policy.read.orn
  }
}
