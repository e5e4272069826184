# One key for each apply, none during a plan.
ephemeral "outscale_access_key" "apply" {
  enabled = terraform.applying
}

provider "outscale" {
  alias         = "apply"
  access_key_id = ephemeral.outscale_access_key.apply.access_key_id
  secret_key_id = ephemeral.outscale_access_key.apply.secret_key
}

resource "outscale_user" "operator" {
  provider  = outscale.apply
  user_name = "operator"
}
