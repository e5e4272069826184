# rules has settings for the rules of the command outscale-keys. read_rights costs about three calls per user. Without both,
# the data source reads only the dates and the use of the keys.
data "outscale_access_key_audit" "account" {
  read_rights = true
  rules       = jsonencode({ rules = { old = { max = "180d" }, networks = { max = 5 } } })
}

locals {
  keys = data.outscale_access_key_audit.account.access_keys
}

# A check that fails is a warning in every plan and apply.
check "no_access_key_is_older_than_90_days" {
  assert {
    condition     = alltrue([for key in local.keys : key.age_days < 90])
    error_message = "Older than 90 days: ${join(", ", [for key in local.keys : key.access_key_id if key.age_days >= 90])}."
  }
}

check "every_access_key_expires" {
  assert {
    condition     = alltrue([for key in local.keys : key.expiration_date != null])
    error_message = "Without an expiry: ${join(", ", [for key in local.keys : key.access_key_id if key.expiration_date == null])}."
  }
}

# unused_days is null if the log cannot be read. Such a key passes.
check "no_access_key_is_unused_for_30_days" {
  assert {
    condition     = alltrue([for key in local.keys : coalesce(key.unused_days, 0) < 30])
    error_message = "Unused for 30 days: ${join(", ", [for key in local.keys : key.access_key_id if coalesce(key.unused_days, 0) >= 30])}."
  }
}

# A run that was killed left an unfinished key. Nobody has its secret.
check "no_access_key_is_unfinished" {
  assert {
    condition     = alltrue([for key in local.keys : !key.unfinished])
    error_message = "To be deleted: ${join(", ", [for key in local.keys : key.access_key_id if key.unfinished])}."
  }
}

check "no_access_key_has_a_serious_finding" {
  assert {
    condition = alltrue(flatten([
      for key in local.keys : [for finding in key.findings : finding.severity != "high"]
    ]))
    error_message = join("\n", flatten([
      for key in local.keys :
      [for finding in key.findings : "${key.access_key_id}: ${finding.reason}. ${finding.remedy}" if finding.severity == "high"]
    ]))
  }
}
