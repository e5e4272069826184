resource "outscale_user" "ci" {
  user_name = "ci"
}

variable "recipient" {
  description = "Your public key: the line age1... that `age-keygen -y KEYFILE` prints, or an ssh-ed25519 line."
  type        = string
}

resource "outscale_rotating_access_key" "ci" {
  user_id       = outscale_user.ci.user_id
  lifetime      = "30d"
  rotate_before = "10d"
  seal_to       = [var.recipient]
}

output "access_key_id" {
  value = outscale_rotating_access_key.ci.access_key_id
}

output "sealed_secret_key" {
  value = outscale_rotating_access_key.ci.sealed_secret_key
}
