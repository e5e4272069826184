terraform {
  required_providers {
    outscale = {
      source = "outscale-access/outscale"
    }
  }

  # PG_CONN_STR in the environment has the address of the database and the user.
  backend "pg" {
    schema_name = "access_keys"
  }
}

variable "recipient" {
  description = "The public key that the secrets are encrypted to: age, SSH or OpenPGP."
  type        = string
}

resource "outscale_user" "service" {
  for_each = toset(["backup", "deploy", "monitoring"])

  user_name = each.key
}

resource "outscale_access_key" "service" {
  for_each = outscale_user.service

  user_id = each.value.user_id
  seal_to = [var.recipient]
}

output "sealed_secret_keys" {
  value = { for name, key in outscale_access_key.service : name => key.sealed_secret_key }
}
