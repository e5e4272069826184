resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

data "outscale_user_group" "ops" {
  user_group_name = outscale_user_group.ops.user_group_name
}

output "members" {
  value = data.outscale_user_group.ops.user[*].user_name
}
