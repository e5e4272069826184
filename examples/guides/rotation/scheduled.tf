variable "recipient" {
  description = "The public key that the secret is encrypted to: an age recipient or an ssh-ed25519 line."
  type        = string
}

resource "outscale_user" "backup" {
  user_name = "backup"
}

# Applied every day. Nine runs in a row may fail before a service has no valid key.
resource "outscale_rotating_access_key" "backup" {
  user_id       = outscale_user.backup.user_id
  lifetime      = "40d"
  rotate_before = "10d"
  seal_to       = [var.recipient]
}

output "access_key_id" {
  value = outscale_rotating_access_key.backup.access_key_id
}

output "sealed_secret_key" {
  value = outscale_rotating_access_key.backup.sealed_secret_key
}

output "rotates_after" {
  value = outscale_rotating_access_key.backup.rotates_after
}
