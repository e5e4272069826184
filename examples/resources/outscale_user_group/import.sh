terraform import outscale_user_group.ops ug-12345678
# or by its name
terraform import outscale_user_group.ops ops
# with its user and policy blocks
terraform import outscale_user_group.ops ops#user,policy
