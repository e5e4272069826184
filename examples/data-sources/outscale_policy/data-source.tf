resource "outscale_policy" "read" {
  policy_name = "read"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:Read*"], Resource = ["*"] }]
  })
}

data "outscale_policy" "read" {
  policy_orn = outscale_policy.read.orn
}

output "document" {
  value = data.outscale_policy.read.document
}
