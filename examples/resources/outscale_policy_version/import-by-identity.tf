import {
  to = outscale_policy_version.deploy
  identity = {
    account_id = "123456789012"
    policy_orn = "orn:ows:idauth::123456789012:policy/deploy"
    version_id = "v2"
  }
}
