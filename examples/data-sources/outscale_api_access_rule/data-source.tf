data "outscale_api_access_rule" "default" {
  filter {
    name   = "ip_ranges"
    values = ["0.0.0.0/0"]
  }
}
