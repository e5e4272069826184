resource "outscale_user" "alice" {
  user_name = "alice"
}

data "outscale_policies_linked_to_user" "alice" {
  user_name = outscale_user.alice.user_name
}

output "policies" {
  value = data.outscale_policies_linked_to_user.alice.policies[*].policy_name
}
