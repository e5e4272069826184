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

resource "outscale_user" "deploy" {
  user_name = "deploy"
}

# An owner named by its id keeps the key when it is renamed.
resource "outscale_access_key" "deploy" {
  user_id         = outscale_user.deploy.user_id
  expiration_date = "2028-01-01"
}
