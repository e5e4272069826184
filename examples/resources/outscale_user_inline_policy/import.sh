# The name or the id of the user, and the name of the policy.
terraform import outscale_user_inline_policy.rotate robot/rotate-own-key
