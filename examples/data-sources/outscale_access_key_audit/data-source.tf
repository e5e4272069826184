data "outscale_access_key_audit" "account" {}

locals {
  keys = data.outscale_access_key_audit.account.access_keys
}

# A check that fails is a warning, in every plan and apply, until it holds again.
check "no_access_key_is_older_than_90_days" {
  assert {
    condition     = alltrue([for key in local.keys : key.age_days < 90])
    error_message = "Older than 90 days: ${join(", ", [for key in local.keys : key.access_key_id if key.age_days >= 90])}."
  }
}

check "no_access_key_lives_for_ever" {
  assert {
    condition     = alltrue([for key in local.keys : key.expiration_date != null])
    error_message = "Without an expiry: ${join(", ", [for key in local.keys : key.access_key_id if key.expiration_date == null])}."
  }
}

# unused_days is null where the log cannot be read: such a key passes.
check "no_access_key_is_unused_for_30_days" {
  assert {
    condition     = alltrue([for key in local.keys : coalesce(key.unused_days, 0) < 30])
    error_message = "Unused for 30 days: ${join(", ", [for key in local.keys : key.access_key_id if coalesce(key.unused_days, 0) >= 30])}."
  }
}

# Nobody has the secret of a key that a killed run left behind.
check "no_access_key_was_left_behind" {
  assert {
    condition     = alltrue([for key in local.keys : !key.unfinished])
    error_message = "To be deleted: ${join(", ", [for key in local.keys : key.access_key_id if key.unfinished])}."
  }
}
