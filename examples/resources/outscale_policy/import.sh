terraform import outscale_policy.read orn:ows:idauth::123456789012:policy/read
# With the version to manage, if outscale_policy_version manages the default version.
terraform import outscale_policy.read 'orn:ows:idauth::123456789012:policy/read#v1'
