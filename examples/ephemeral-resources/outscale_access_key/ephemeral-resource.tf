ephemeral "outscale_access_key" "run" {
  lifetime = "30m"
  tag      = "made by a run"
}

# Signs with the key above. What this provider makes, the key has made.
provider "outscale" {
  alias         = "run"
  access_key_id = ephemeral.outscale_access_key.run.access_key_id
  secret_key_id = ephemeral.outscale_access_key.run.secret_key
}

resource "outscale_user" "deployer" {
  provider  = outscale.run
  user_name = "deployer"
}
