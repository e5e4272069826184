variable "recipient" {
  type = string
}

resource "outscale_rotating_access_key" "deploy" {
  lifetime      = "90d"
  rotate_before = "30d"
  seal_to       = [var.recipient]

  # Change any value to rotate with the next apply.
  triggers = {
    handover = "2026-11: Dana left the team"
  }
}
