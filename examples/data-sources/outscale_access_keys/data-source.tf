resource "outscale_user" "robot" {
  user_name = "robot"
}

data "outscale_access_keys" "robot" {
  user_name = outscale_user.robot.user_name

  filter {
    name   = "states"
    values = ["ACTIVE"]
  }
}

# A user without keys gives an empty list.
output "active_keys" {
  value = data.outscale_access_keys.robot.access_keys[*].access_key_id
}
