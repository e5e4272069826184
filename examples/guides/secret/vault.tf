terraform {
  required_providers {
    outscale = { source = "outscale-access/outscale" }
    vault    = { source = "hashicorp/vault", version = ">= 5.0" }
  }
}

variable "recipient" {
  description = "The public age key of the pipeline."
  type        = string
}

variable "private_key" {
  description = "Its private half, from the pipeline's own secret store."
  type        = string
  ephemeral   = true
}

resource "outscale_user" "backup" {
  user_name = "backup"
}

resource "outscale_rotating_access_key" "backup" {
  user_id       = outscale_user.backup.user_id
  lifetime      = "40d"
  rotate_before = "10d"
  seal_to       = [var.recipient]
}

ephemeral "outscale_access_key_secret" "backup" {
  sealed_secret_key = outscale_rotating_access_key.backup.sealed_secret_key
  private_key       = var.private_key
}

resource "vault_kv_secret_v2" "backup" {
  mount = "kv"
  name  = "outscale/backup"

  data_json_wo = jsonencode({
    access_key_id = outscale_rotating_access_key.backup.access_key_id
    secret_key    = ephemeral.outscale_access_key_secret.backup.secret_key
  })

  # A write-only argument is sent again only when its version changes. Each key gives another number.
  data_json_wo_version = parseint(substr(sha256(outscale_rotating_access_key.backup.access_key_id), 0, 8), 16)
}
