resource "outscale_api_access_rule" "office" {
  description = "Office and bastion"
  ip_ranges   = ["192.0.2.0/24", "198.51.100.7"]
}
