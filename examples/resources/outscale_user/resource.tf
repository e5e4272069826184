resource "outscale_user" "user-1" {
  user_name  = "User-TF-1"
  path       = "/terraform/"
  user_email = "user@example.com"
}
