resource "outscale_access_key" "access_key01" {
    state           = "ACTIVE"
    expiration_date = "2028-01-01"
}
