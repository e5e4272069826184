# The name or the id of the user group.
terraform import outscale_user_group_inline_policies_exclusive.ops ops
