resource "outscale_user" "robot" {
  user_name = "robot"
}

data "outscale_caller_identity" "current" {}

data "outscale_policy_document" "rotate" {
  statement {
    actions   = ["api:CreateAccessKey", "api:ReadAccessKeys", "api:UpdateAccessKey", "api:DeleteAccessKey"]
    resources = ["orn:ows:idauth::${data.outscale_caller_identity.current.account_id}:user/robot"]
  }

  validate = false # no escalation: the resource is not "*"
}

resource "outscale_user_inline_policy" "rotate" {
  user_id     = outscale_user.robot.user_id
  policy_name = "rotate-own-key"
  document    = data.outscale_policy_document.rotate.json
}
