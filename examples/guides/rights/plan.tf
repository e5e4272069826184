# A pipeline that plans, and changes nothing.
data "outscale_policy_document" "plan" {
  statement {
    actions = [
      "api:ReadAccessKeys",
      "api:ReadAccounts",
      "api:ReadApiAccessPolicy",
      "api:ReadApiAccessRules",
      "api:ReadApiLogs",
      "api:ReadCas",
      "api:ReadEntitiesLinkedToPolicy",
      "api:ReadLinkedPolicies",
      "api:ReadManagedPoliciesLinkedToUserGroup",
      "api:ReadPolicies",
      "api:ReadPolicy",
      "api:ReadPolicyVersions",
      "api:ReadQuotas",
      "api:ReadUserGroup",
      "api:ReadUserGroupPolicies",
      "api:ReadUserGroups",
      "api:ReadUserGroupsPerUser",
      "api:ReadUserPolicies",
      "api:ReadUserPolicy",
      "api:ReadUsers",
    ]
  }
}

resource "outscale_user" "plan" {
  user_name = "terraform-plan"
}

resource "outscale_user_inline_policy" "plan" {
  user_id     = outscale_user.plan.user_id
  policy_name = "plan"
  document    = data.outscale_policy_document.plan.json
}
