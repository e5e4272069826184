data "outscale_accounts" "all" {}
