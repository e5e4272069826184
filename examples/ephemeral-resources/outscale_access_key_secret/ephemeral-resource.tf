variable "recipient" {
  description = "Your public key: the line age1... that `age-keygen -y KEYFILE` prints."
  type        = string
}

variable "private_key" {
  description = "The contents of that KEYFILE. An ephemeral variable is not stored."
  type        = string
  ephemeral   = true
}

resource "outscale_access_key" "new" {
  seal_to = [var.recipient]
}

ephemeral "outscale_access_key_secret" "new" {
  sealed_secret_key = outscale_access_key.new.sealed_secret_key
  private_key       = var.private_key
}
