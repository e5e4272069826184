resource "outscale_user" "alice" {
  user_name = "alice"
}

data "outscale_user_inline_policies" "alice" {
  user_name = outscale_user.alice.user_name
}

output "documents" {
  value = { for p in data.outscale_user_inline_policies.alice.policies : p.policy_name => jsondecode(p.document) }
}
