# An account has one policy: the id can be any text.
terraform import outscale_api_access_policy.this api_access_policy
