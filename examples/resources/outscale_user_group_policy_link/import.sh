# The name or the id of the group, and the ORN of the policy.
terraform import outscale_user_group_policy_link.audit auditors/orn:ows:idauth::123456789012:policy/audit
