resource "outscale_ca" "pipelines" {
  description = "pipelines"
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
}

data "outscale_ca" "pipelines" {
  filter {
    name   = "ca_fingerprints"
    values = [outscale_ca.pipelines.ca_fingerprint]
  }
}
