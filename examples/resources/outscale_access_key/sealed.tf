variable "recipient" {
  description = "Your public key: the line age1... that `age-keygen -y KEYFILE` prints, or an ssh-ed25519 line."
  type        = string
}

resource "outscale_access_key" "sealed" {
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

output "sealed_secret_key" {
  value = outscale_access_key.sealed.sealed_secret_key
}
