resource "outscale_user" "alice" {
  user_name = "alice"
}

data "outscale_user_groups_per_user" "alice" {
  user_name = outscale_user.alice.user_name
}

output "groups" {
  value = data.outscale_user_groups_per_user.alice.user_groups[*].user_group_name
}
