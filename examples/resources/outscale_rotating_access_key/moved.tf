moved {
  from = outscale_access_key.deploy
  to   = outscale_rotating_access_key.deploy
}

resource "outscale_rotating_access_key" "deploy" {
  user_id       = outscale_user.ci.user_id
  lifetime      = "P90D"
  rotate_before = "P30D"
  seal_to       = [var.recipient]
}
