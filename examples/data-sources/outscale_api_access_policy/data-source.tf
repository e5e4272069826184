data "outscale_api_access_policy" "this" {}

check "keys_expire" {
  assert {
    condition     = data.outscale_api_access_policy.this.max_access_key_expiration_seconds > 0
    error_message = "Access keys of the account may live forever."
  }
}
