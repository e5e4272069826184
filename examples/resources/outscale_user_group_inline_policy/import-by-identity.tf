import {
  to = outscale_user_group_inline_policy.read
  identity = {
    account_id    = "123456789012"
    user_group_id = "ug-12345678"
    policy_name   = "read"
  }
}
