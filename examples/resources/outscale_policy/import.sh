terraform import outscale_policy.read orn:ows:idauth::123456789012:policy/read
# With the version whose document it is to manage, where outscale_policy_version manages the default one.
terraform import outscale_policy.read 'orn:ows:idauth::123456789012:policy/read#v1'
