terraform {
  required_providers {
    outscale = {
      source = "outscale-access/outscale"
    }
  }

  # AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment have an access key of the root account.
  backend "s3" {
    bucket = "example-terraform-states"
    key    = "access-keys/terraform.tfstate"
    region = "eu-west-2"

    endpoints = {
      s3 = "https://oos.eu-west-2.outscale.com"
    }
    use_path_style = true

    # Locks with an object next to the state. Test it before you rely on it: see below.
    use_lockfile = true

    # These exist at AWS only.
    skip_credentials_validation = true
    skip_metadata_api_check     = true
    skip_region_validation      = true
    skip_requesting_account_id  = true
    skip_s3_checksum            = true
  }
}

resource "outscale_user" "service" {
  user_name = "deploy"
}

resource "outscale_access_key" "service" {
  user_id = outscale_user.service.user_id
  seal_to = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
}
