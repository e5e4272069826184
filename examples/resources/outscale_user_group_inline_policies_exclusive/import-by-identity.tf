import {
  to = outscale_user_group_inline_policies_exclusive.ops
  identity = {
    account_id    = "123456789012"
    user_group_id = "ug-12345678"
  }
}
