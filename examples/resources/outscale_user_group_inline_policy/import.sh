# The name or the id of the group, and the name of the policy.
terraform import outscale_user_group_inline_policy.read readers/read
