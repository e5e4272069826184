# A pipeline that manages users, groups, policies and access keys.
data "outscale_policy_document" "identities" {
  statement {
    actions = [
      "api:AddUserToUserGroup",
      "api:CreateAccessKey",
      "api:CreatePolicy",
      "api:CreatePolicyVersion",
      "api:CreateUser",
      "api:CreateUserGroup",
      "api:DeleteAccessKey",
      "api:DeletePolicy",
      "api:DeletePolicyVersion",
      "api:DeleteUser",
      "api:DeleteUserGroup",
      "api:DeleteUserGroupPolicy",
      "api:DeleteUserPolicy",
      "api:LinkManagedPolicyToUserGroup",
      "api:LinkPolicy",
      "api:PutUserGroupPolicy",
      "api:PutUserPolicy",
      "api:ReadAccessKeys",
      "api:ReadAccounts",
      "api:ReadApiAccessPolicy",
      "api:ReadEntitiesLinkedToPolicy",
      "api:ReadLinkedPolicies",
      "api:ReadManagedPoliciesLinkedToUserGroup",
      "api:ReadPolicies",
      "api:ReadPolicy",
      "api:ReadPolicyVersions",
      "api:ReadUserGroup",
      "api:ReadUserGroupPolicies",
      "api:ReadUserGroups",
      "api:ReadUserGroupsPerUser",
      "api:ReadUserPolicies",
      "api:ReadUserPolicy",
      "api:ReadUsers",
      "api:RemoveUserFromUserGroup",
      "api:SetDefaultPolicyVersion",
      "api:UnlinkManagedPolicyFromUserGroup",
      "api:UnlinkPolicy",
      "api:UpdateAccessKey",
      "api:UpdateUser",
      "api:UpdateUserGroup",
    ]
  }

  validate = false # whoever has this credential can get every right: give it to the pipeline only
}

resource "outscale_user" "identities" {
  user_name = "terraform-identities"
}

resource "outscale_user_inline_policy" "identities" {
  user_id     = outscale_user.identities.user_id
  policy_name = "identities"
  document    = data.outscale_policy_document.identities.json
}
