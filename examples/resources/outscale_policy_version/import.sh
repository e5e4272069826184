# The ORN of the policy and the version, with a slash between.
terraform import outscale_policy_version.deploy orn:ows:idauth::123456789012:policy/deploy/v2
