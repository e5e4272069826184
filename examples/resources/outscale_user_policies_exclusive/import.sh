# The name or the id of the user.
terraform import outscale_user_policies_exclusive.ci ci
