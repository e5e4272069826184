# The rules that allow calls without a client certificate.
data "outscale_api_access_rules" "all" {}

output "without_certificate" {
  value = [for r in data.outscale_api_access_rules.all.api_access_rules : r.api_access_rule_id if length(r.ca_ids) == 0]
}
