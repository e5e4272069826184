import {
  to = outscale_ca.pipelines
  identity = {
    account_id = "123456789012"
    ca_id      = "ca-fedcba0987654321fedcba0987654321"
  }
}
