import {
  to = outscale_policy.read
  identity = {
    account_id = "123456789012"
    orn        = "orn:ows:idauth::123456789012:policy/read"
  }
}
