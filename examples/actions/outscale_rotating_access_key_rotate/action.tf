variable "recipient" {
  description = "Your public key."
  type        = string
}

resource "outscale_rotating_access_key" "ci" {
  user_name     = "ci"
  lifetime      = "90d"
  rotate_before = "14d"
  seal_to       = [var.recipient]
}

# terraform apply -invoke=action.outscale_rotating_access_key_rotate.now
# terraform apply
action "outscale_rotating_access_key_rotate" "now" {
  config {
    access_key_id = outscale_rotating_access_key.ci.access_key_id
    user_name     = "ci"
    rotate_before = outscale_rotating_access_key.ci.rotate_before
  }
}
