terraform {
  required_providers {
    outscale   = { source = "outscale-access/outscale" }
    kubernetes = { source = "hashicorp/kubernetes", version = ">= 2.36" }
  }
}

variable "recipient" {
  type = string
}

variable "private_key" {
  type      = string
  ephemeral = true
}

resource "outscale_access_key" "csi" {
  user_name       = "csi"
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

ephemeral "outscale_access_key_secret" "csi" {
  sealed_secret_key = outscale_access_key.csi.sealed_secret_key
  private_key       = var.private_key
}

resource "kubernetes_secret_v1" "csi" {
  metadata {
    name      = "osc-csi"
    namespace = "kube-system"
  }

  data_wo = {
    access_key = outscale_access_key.csi.access_key_id
    secret_key = ephemeral.outscale_access_key_secret.csi.secret_key
  }
  data_wo_revision = parseint(substr(sha256(outscale_access_key.csi.access_key_id), 0, 8), 16)
}
