resource "outscale_policy" "read" {
  policy_name = "read"
  document = jsonencode({
    Statement = [{ Effect = "Allow", Action = ["api:Read*"], Resource = ["*"] }]
  })
}

data "outscale_entities_linked_to_policy" "read" {
  policy_orn    = outscale_policy.read.orn
  entities_type = ["USER", "GROUP"]
}

output "users" {
  value = [for e in data.outscale_entities_linked_to_policy.read.policy_entities : e.users[*].name]
}
