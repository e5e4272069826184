variable "recipient" {
  description = "The public age key of the person who stores the secret at GitHub."
  type        = string
}

resource "outscale_user" "ci" {
  user_name = "ci"
}

resource "outscale_access_key" "ci" {
  user_id         = outscale_user.ci.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

output "access_key_id" {
  value = outscale_access_key.ci.access_key_id
}

output "sealed_secret_key" {
  value = outscale_access_key.ci.sealed_secret_key
}
