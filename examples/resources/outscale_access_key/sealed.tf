variable "recipient" {
  description = "Your public key: the line age1... that `age-keygen -y KEYFILE` prints, or an ssh-ed25519 line."
  type        = string
}

resource "outscale_user" "robot" {
  user_name = "robot"
}

resource "outscale_access_key" "robot" {
  user_id         = outscale_user.robot.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

output "access_key_id" {
  value = outscale_access_key.robot.access_key_id
}

output "sealed_secret_key" {
  value = outscale_access_key.robot.sealed_secret_key
}
