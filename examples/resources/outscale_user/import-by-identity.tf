import {
  to = outscale_user.user-1
  identity = {
    account_id = "123456789012"
    user_id    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
  }
}
