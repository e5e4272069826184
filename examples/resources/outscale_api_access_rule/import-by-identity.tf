import {
  to = outscale_api_access_rule.office
  identity = {
    account_id         = "123456789012"
    api_access_rule_id = "aar-1234567890abcdef1234567890abcdef"
  }
}
