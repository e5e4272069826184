# What a user of 0.1.0 may have written: every resource, data source and ephemeral resource of that version.
# The credential and the endpoint are in the environment.
terraform {
  required_providers {
    outscale = {
      source = "outscale-access/outscale"
    }
  }
}

provider "outscale" {
  region              = "eu-west-2"
  requests_per_second = 0
}

variable "recipient" {
  type = string
}

variable "private_key" {
  type      = string
  ephemeral = true
}

variable "triggers" {
  type    = string
  default = "second"
}

resource "outscale_user" "robot" {
  user_name  = "robot"
  path       = "/ci/"
  user_email = "robot@example.com"
}

resource "outscale_user" "plain" {
  user_name = "plain"
}

# Keys with the secret in the state: of the root account, of a user by name, of a user by id.
resource "outscale_access_key" "root" {
  expiration_date = "2099-01-01"
  tag             = var.triggers
}

resource "outscale_access_key" "by_name" {
  user_name       = outscale_user.plain.user_name
  state           = "INACTIVE"
  expiration_date = "2099-01-01T12:30:00.5+02:00"
}

resource "outscale_access_key" "by_id" {
  user_id = outscale_user.robot.user_id

  timeouts {
    create = "5m"
  }
}

resource "outscale_access_key" "sealed" {
  user_id         = outscale_user.robot.user_id
  state           = "ACTIVE"
  expiration_date = "2099-01-01T00:00:00Z"
  seal_to         = [var.recipient]
}

# Rotated once: there is a previous key.
resource "outscale_rotating_access_key" "plain" {
  lifetime      = "90d"
  rotate_before = "30d"
  triggers      = { run = var.triggers }
}

resource "outscale_rotating_access_key" "sealed" {
  user_id       = outscale_user.robot.user_id
  lifetime      = "P90D"
  rotate_before = "P30D"
  seal_to       = [var.recipient]
}

# A run-scoped key, and what was sealed opened in a run.
ephemeral "outscale_access_key" "run" {
  lifetime = "30m"
  tag      = "made by a run"
}

provider "outscale" {
  alias               = "run"
  region              = "eu-west-2"
  requests_per_second = 0
  access_key_id       = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id       = ephemeral.outscale_access_key.run.secret_key
}

resource "outscale_user" "deployer" {
  provider  = outscale.run
  user_name = "deployer"
}

ephemeral "outscale_access_key_secret" "sealed" {
  sealed_secret_key = outscale_access_key.sealed.sealed_secret_key
  private_key       = var.private_key
}

data "outscale_access_key" "by_name" {
  access_key_id = outscale_access_key.by_name.access_key_id
  user_name     = outscale_access_key.by_name.user_name
}

data "outscale_access_keys" "robot" {
  user_name = outscale_user.robot.user_name
}

data "outscale_user" "robot" {
  filter {
    name   = "user_ids"
    values = [outscale_user.robot.user_id]
  }
}

data "outscale_users" "all" {}

data "outscale_access_key_audit" "account" {}

output "secret_key" {
  value     = outscale_access_key.root.secret_key
  sensitive = true
}

output "sealed" {
  value = outscale_rotating_access_key.sealed.sealed_secret_key
}

output "robot" {
  value = data.outscale_user.robot.user_id
}
