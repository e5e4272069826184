resource "outscale_access_key" "mine" {
  expiration_date = "2028-01-01"
}

data "outscale_access_key" "mine" {
  access_key_id = outscale_access_key.mine.access_key_id
}

output "expired" {
  value = data.outscale_access_key.mine.expired
}
