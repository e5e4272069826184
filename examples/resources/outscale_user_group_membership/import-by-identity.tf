import {
  to = outscale_user_group_membership.alice
  identity = {
    account_id    = "123456789012"
    user_group_id = "ug-12345678"
    user_id       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
  }
}
