data "outscale_caller_identity" "current" {}

# A user that may rotate its own access key, and nothing else.
data "outscale_policy_document" "robot" {
  statement {
    actions = [
      "api:CreateAccessKey",
      "api:DeleteAccessKey",
      "api:ReadAccessKeys",
      "api:UpdateAccessKey",
    ]
    resources = ["orn:ows:idauth::${data.outscale_caller_identity.current.account_id}:user/robot"]
  }

  validate = false # no escalation: `resources` limits the statement to the user itself
}

resource "outscale_user" "robot" {
  user_name = "robot"
}

resource "outscale_user_inline_policy" "robot" {
  user_id     = outscale_user.robot.user_id
  policy_name = "rotate-own-key"
  document    = data.outscale_policy_document.robot.json
}
