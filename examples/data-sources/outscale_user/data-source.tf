resource "outscale_user" "robot" {
  user_name = "robot"
}

data "outscale_user" "robot" {
  user_name = outscale_user.robot.user_name
}

output "user_id" {
  value = data.outscale_user.robot.user_id
}
