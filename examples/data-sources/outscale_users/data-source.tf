data "outscale_users" "all" {
}

data "outscale_users" "some" {
  filter {
    name   = "user_names"
    values = ["alice", "bob"]
  }
}

output "number_of_users" {
  value = length(data.outscale_users.all.users)
}
