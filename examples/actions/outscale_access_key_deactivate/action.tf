# terraform apply -invoke=action.outscale_access_key_deactivate.suspect
action "outscale_access_key_deactivate" "suspect" {
  for_each = toset(["ABCDEFGHIJ0123456789", "KLMNOPQRST9876543210"])

  config {
    access_key_id = each.value
    user_name     = "ci"
  }
}
