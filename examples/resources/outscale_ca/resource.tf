resource "outscale_ca" "pipelines" {
  description = "Client certificates of the pipelines"
  ca_pem      = <<-EOT
    -----BEGIN CERTIFICATE-----
    MIIBjzCCATWgAwIBAgIUV6nFT2N9ACKD4cbXyAJjAEwgpcIwCgYIKoZIzj0EAwIw
    HDEaMBgGA1UEAwwRZXhhbXBsZSBhdXRob3JpdHkwIBcNMjYxMTI4MjEyODQ2WhgP
    MjEyNjExMDQyMTI4NDZaMBwxGjAYBgNVBAMMEWV4YW1wbGUgYXV0aG9yaXR5MFkw
    EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyNqwNBbHPSL3bAOMJrmaurF53jtLyA4p
    NTlIapU3XzYI3OCgD9Mp6Q3LjyTOL3ioZnu2KV+XjFytAt6QMWJ3N6NTMFEwHQYD
    VR0OBBYEFDTGX/v4Oi5OoK8gAkWQpAq64cEnMB8GA1UdIwQYMBaAFDTGX/v4Oi5O
    oK8gAkWQpAq64cEnMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg
    dUvMpzfVqf64aLmWCZ810HQlckfKH/KamNKcHebxgfoCIQD/LmuTAbiYePDfu8nF
    rjhXzFLHgzTw0hdpy2H/w+q97w==
    -----END CERTIFICATE-----
  EOT

  # A new certificate is uploaded before the old one is deleted, so that the rule can change in between.
  lifecycle {
    create_before_destroy = true
  }
}

resource "outscale_api_access_rule" "pipelines" {
  description = "Pipelines, with a client certificate"
  ca_ids      = [outscale_ca.pipelines.ca_id]
  cns         = ["pipeline-1", "pipeline-2"]
}
