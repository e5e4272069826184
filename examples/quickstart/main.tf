terraform {
  required_providers {
    outscale = {
      source = "outscale-access/outscale"
    }
  }
}

variable "recipient" {
  description = "Your public key. The secret is encrypted to it."
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

output "sealed_secret_key" {
  value = outscale_access_key.ci.sealed_secret_key
}
