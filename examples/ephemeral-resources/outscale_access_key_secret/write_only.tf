resource "sink_secret" "new" {
  value_wo = ephemeral.outscale_access_key_secret.new.secret_key

  # Another number for another key: a write-only argument is only sent again when its version changes.
  value_wo_version = parseint(substr(sha256(outscale_access_key.new.access_key_id), 0, 8), 16)
}
