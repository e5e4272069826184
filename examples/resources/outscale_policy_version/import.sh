# The ORN of the policy, a slash, and the version.
terraform import outscale_policy_version.deploy orn:ows:idauth::123456789012:policy/deploy/v2
