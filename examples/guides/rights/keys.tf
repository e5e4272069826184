# A pipeline that manages access keys of users, and nothing else.
data "outscale_policy_document" "keys" {
  statement {
    actions = [
      "api:CreateAccessKey",
      "api:DeleteAccessKey",
      "api:ReadAccessKeys",
      "api:ReadAccounts",
      "api:ReadApiAccessPolicy",
      "api:ReadUsers",
      "api:UpdateAccessKey",
    ]
  }

  validate = false # whoever has this credential can act as any user: give it to the pipeline only
}

resource "outscale_user" "keys" {
  user_name = "terraform-keys"
}

resource "outscale_user_inline_policy" "keys" {
  user_id     = outscale_user.keys.user_id
  policy_name = "keys"
  document    = data.outscale_policy_document.keys.json
}
