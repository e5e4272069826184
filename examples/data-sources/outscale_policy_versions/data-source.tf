resource "outscale_policy" "read" {
  policy_name = "read"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:Read*"], Resource = ["*"] }]
  })
}

data "outscale_policy_versions" "read" {
  policy_orn = outscale_policy.read.orn
}

output "default_version" {
  value = one([for v in data.outscale_policy_versions.read.policy_versions : v.version_id if v.default_version])
}
