data "outscale_user_groups" "infra" {
  filter {
    name   = "path_prefix"
    values = ["/infra/"]
  }
}

output "groups" {
  value = data.outscale_user_groups.infra.user_groups[*].user_group_name
}
