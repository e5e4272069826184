# terraform apply -invoke=action.outscale_access_key_revoke.leaked
action "outscale_access_key_revoke" "leaked" {
  config {
    access_key_id = "ABCDEFGHIJ0123456789"
    user_name     = "ci"
  }
}
