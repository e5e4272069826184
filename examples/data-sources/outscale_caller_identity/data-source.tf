data "outscale_caller_identity" "current" {
}

output "account" {
  value = data.outscale_caller_identity.current.account_id
}
