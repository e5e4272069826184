resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

data "outscale_policies_linked_to_user_group" "ops" {
  user_group_name = outscale_user_group.ops.user_group_name

  filter {
    name   = "path_prefix"
    values = ["/team/"]
  }
}

output "policies" {
  value = data.outscale_policies_linked_to_user_group.ops.policies[*].orn
}
