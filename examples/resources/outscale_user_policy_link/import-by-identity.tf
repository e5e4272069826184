import {
  to = outscale_user_policy_link.audit
  identity = {
    account_id = "123456789012"
    user_id    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ12345"
    policy_orn = "orn:ows:idauth::123456789012:policy/audit"
  }
}
