# A pipeline that manages API access rules, certificate authorities and the API access policy.
data "outscale_policy_document" "account" {
  statement {
    actions = [
      "api:CreateApiAccessRule",
      "api:CreateCa",
      "api:DeleteApiAccessRule",
      "api:DeleteCa",
      "api:ReadAccessKeys",
      "api:ReadAccounts",
      "api:ReadApiAccessPolicy",
      "api:ReadApiAccessRules",
      "api:ReadApiLogs",
      "api:ReadCas",
      "api:UpdateApiAccessPolicy",
      "api:UpdateApiAccessRule",
      "api:UpdateCa",
    ]
  }

  validate = false # whoever has this credential can lock everybody out: give it to the pipeline only
}

resource "outscale_user" "account" {
  user_name = "terraform-account"
}

resource "outscale_user_inline_policy" "account" {
  user_id     = outscale_user.account.user_id
  policy_name = "account"
  document    = data.outscale_policy_document.account.json
}
