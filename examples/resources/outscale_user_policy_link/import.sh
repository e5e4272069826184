# The name or the id of the user, and the ORN of the policy.
terraform import outscale_user_policy_link.audit auditor/orn:ows:idauth::123456789012:policy/audit
