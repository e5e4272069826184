resource "outscale_user_group" "ops" {
  user_group_name = "ops"
}
