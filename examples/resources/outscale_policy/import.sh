terraform import outscale_policy.read orn:ows:idauth::123456789012:policy/read
