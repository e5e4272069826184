data "outscale_quotas" "global" {
  filter {
    name   = "quota_types"
    values = ["global"]
  }
}

# The quotas that are used up. A maximum of 0 means no limit.
output "used_up" {
  value = [for q in data.outscale_quotas.global.quotas : q.name if q.max_value > 0 && q.used_value >= q.max_value]
}
