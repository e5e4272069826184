import {
  to = outscale_user_policies_exclusive.ci
  identity = {
    account_id = "123456789012"
    user_id    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
  }
}
