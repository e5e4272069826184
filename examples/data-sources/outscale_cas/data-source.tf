data "outscale_cas" "all" {}

output "fingerprints" {
  value = data.outscale_cas.all.cas[*].ca_fingerprint
}
