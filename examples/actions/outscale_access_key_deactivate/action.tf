# terraform apply -invoke=action.outscale_access_key_deactivate.suspect
action "outscale_access_key_deactivate" "suspect" {
  config {
    access_key_id = "ABCDEFGHIJ0123456789"
    user_name     = "ci"
  }
}
