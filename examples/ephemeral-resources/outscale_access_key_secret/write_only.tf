resource "sink_secret" "new" {
  value_wo = ephemeral.outscale_access_key_secret.new.secret_key

  # A write-only argument is sent again only when its version changes. Each key gives another number.
  value_wo_version = parseint(substr(sha256(outscale_access_key.new.access_key_id), 0, 8), 16)
}
