provider "outscale" {
  alias         = "new"
  access_key_id = outscale_access_key.new.access_key_id
  secret_key_id = ephemeral.outscale_access_key_secret.new.secret_key
}

resource "outscale_user" "by_new_key" {
  provider  = outscale.new
  user_name = "made-by-the-new-key"
}
