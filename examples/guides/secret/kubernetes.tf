terraform {
  required_providers {
    outscale   = { source = "outscale-access/outscale" }
    kubernetes = { source = "hashicorp/kubernetes", version = ">= 2.36" }
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

resource "outscale_user" "csi" {
  user_name = "csi"
}

resource "outscale_rotating_access_key" "csi" {
  user_id       = outscale_user.csi.user_id
  lifetime      = "90d"
  rotate_before = "30d"
  seal_to       = [var.recipient]
}

ephemeral "outscale_access_key_secret" "csi" {
  sealed_secret_key = outscale_rotating_access_key.csi.sealed_secret_key
  private_key       = var.private_key
}

resource "kubernetes_secret_v1" "csi" {
  metadata {
    name      = "osc-csi"
    namespace = "kube-system"
  }

  data_wo = {
    access_key = outscale_rotating_access_key.csi.access_key_id
    secret_key = ephemeral.outscale_access_key_secret.csi.secret_key
  }

  # A write-only argument is sent again only when its revision changes. Each key gives another number.
  data_wo_revision = parseint(substr(sha256(outscale_rotating_access_key.csi.access_key_id), 0, 8), 16)
}
