resource "outscale_user" "alice" {
  user_name = "alice"
}

resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}

resource "outscale_user_group_membership" "alice" {
  user_id       = outscale_user.alice.user_id
  user_group_id = outscale_user_group.ops.user_group_id
}
