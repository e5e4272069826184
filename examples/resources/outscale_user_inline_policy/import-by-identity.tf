import {
  to = outscale_user_inline_policy.rotate
  identity = {
    account_id  = "123456789012"
    user_id     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
    policy_name = "rotate-own-key"
  }
}
