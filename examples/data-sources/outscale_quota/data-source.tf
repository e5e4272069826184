# How many access keys the root user may have, and how many it has.
data "outscale_quota" "keys" {
  filter {
    name   = "quota_names"
    values = ["accesskey_limit"]
  }
  filter {
    name   = "quota_types"
    values = ["global"]
  }
}

output "keys" {
  value = "${data.outscale_quota.keys.used_value} of ${data.outscale_quota.keys.max_value}"
}
