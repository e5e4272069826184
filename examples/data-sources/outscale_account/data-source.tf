data "outscale_account" "this" {}

output "account_id" {
  value = data.outscale_account.this.account_id
}
