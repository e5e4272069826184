resource "outscale_user" "robot" {
  user_name = "robot"
}

resource "outscale_access_key" "robot" {
  user_id         = outscale_user.robot.user_id
  expiration_date = "2028-01-01T12:00:00Z"
  tag             = "deployments"

  timeouts {
    create = "5m"
  }
}
