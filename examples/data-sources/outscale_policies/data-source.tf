# The account's own policies that are linked to a user or a group.
data "outscale_policies" "linked" {
  filter {
    name   = "scope"
    values = ["LOCAL"]
  }
  filter {
    name   = "only_linked"
    values = ["true"]
  }
}

output "names" {
  value = data.outscale_policies.linked.policies[*].policy_name
}
