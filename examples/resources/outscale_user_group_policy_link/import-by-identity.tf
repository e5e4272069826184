import {
  to = outscale_user_group_policy_link.audit
  identity = {
    account_id    = "123456789012"
    user_group_id = "ug-12345678"
    policy_orn    = "orn:ows:idauth::123456789012:policy/audit"
  }
}
