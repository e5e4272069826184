# Every access key of the account has to expire within a year.
resource "outscale_api_access_policy" "this" {
  max_access_key_expiration_seconds = 365 * 24 * 3600
  require_trusted_env               = false
}
