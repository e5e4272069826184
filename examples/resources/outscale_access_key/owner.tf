resource "outscale_user" "user-1" {
  user_name = "user-1"
}
