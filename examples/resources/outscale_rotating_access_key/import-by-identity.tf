import {
  to = outscale_rotating_access_key.ci
  identity = {
    account_id    = "123456789012"
    user_id       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
    access_key_id = "ABCDEFGHIJ0123456789"
  }
}
