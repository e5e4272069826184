terraform {
  required_providers {
    outscale = {
      source = "outscale-access/outscale"
    }
  }
}

# The credential comes from the environment: OSC_ACCESS_KEY and OSC_SECRET_KEY, or OSC_PROFILE.
provider "outscale" {
  region = "eu-west-2"
}

variable "recipient" {
  description = "Your public key: the line age1... that `age-keygen -o key.txt` prints."
  type        = string
}

resource "outscale_user" "deploy" {
  user_name = "deploy"
}

resource "outscale_access_key" "deploy" {
  user_id         = outscale_user.deploy.user_id
  expiration_date = "2028-01-01"
  seal_to         = [var.recipient]
}

# terraform output -raw sealed_secret_key | age -d -i key.txt
output "sealed_secret_key" {
  value = outscale_access_key.deploy.sealed_secret_key
}
