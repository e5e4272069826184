resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

data "outscale_user_group_inline_policies" "ops" {
  user_group_name = outscale_user_group.ops.user_group_name
}

output "names" {
  value = data.outscale_user_group_inline_policies.ops.policies[*].policy_name
}
