import {
  to = outscale_api_access_policy.this
  identity = {
    account_id = "123456789012"
    id         = "api_access_policy"
  }
}
