# The group and the user, each by its name or its id.
terraform import outscale_user_group_membership.alice ops/alice
