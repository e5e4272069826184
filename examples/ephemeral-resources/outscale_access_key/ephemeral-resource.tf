ephemeral "outscale_access_key" "run" {
  lifetime = "30m"
  tag      = "made by a run"
}

# This provider block signs its calls with the key above.
provider "outscale" {
  alias         = "run"
  access_key_id = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id = ephemeral.outscale_access_key.run.secret_key
}

resource "outscale_user" "deployer" {
  provider  = outscale.run
  user_name = "deployer"
}
