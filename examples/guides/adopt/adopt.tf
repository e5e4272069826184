variable "keys" {
  description = "The keys to adopt, by a name of your choice."
  type        = map(object({ id = string, user_id = string }))
}

variable "recipient" {
  description = "The public key that secrets are encrypted to: an age recipient or an ssh-ed25519 line."
  type        = string
}

variable "rotation" {
  description = "Change it to replace all keys now."
  type        = string
  default     = "none"
}

import {
  for_each = var.keys
  to       = outscale_rotating_access_key.adopted[each.key]
  id       = each.value.id
}

resource "outscale_rotating_access_key" "adopted" {
  for_each = var.keys

  user_id       = each.value.user_id
  lifetime      = "90d"
  rotate_before = "30d"
  seal_to       = [var.recipient]
  triggers      = { rotation = var.rotation }
}

output "keys" {
  value = {
    for name, key in outscale_rotating_access_key.adopted : name => {
      access_key_id     = key.access_key_id
      sealed_secret_key = key.sealed_secret_key
    }
  }
}
