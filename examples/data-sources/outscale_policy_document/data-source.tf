data "outscale_policy_document" "deploy" {
  statement {
    actions = ["api:ReadVms", "api:StartVms", "api:StopVms"]
  }

  statement {
    effect  = "Deny"
    actions = ["api:DeleteVms"]
  }
}

resource "outscale_user" "deploy" {
  user_name = "deploy"
}

resource "outscale_user_inline_policy" "deploy" {
  user_id     = outscale_user.deploy.user_id
  policy_name = "deploy"
  document    = data.outscale_policy_document.deploy.json
}
