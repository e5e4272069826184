resource "outscale_policy" "deploy" {
  policy_name = "deploy"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:ReadVms"], Resource = ["*"] }]
  })
}

# Another document for the same policy: links to users and groups stay.
resource "outscale_policy_version" "deploy" {
  policy_orn     = outscale_policy.deploy.orn
  set_as_default = true
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:ReadVms", "api:ReadVolumes"], Resource = ["*"] }]
  })
}
