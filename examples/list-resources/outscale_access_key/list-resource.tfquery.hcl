# Every active key of the account that is older than 90 days.
list "outscale_access_key" "old" {
  provider = outscale

  config {
    state      = "ACTIVE"
    older_than = "90d"
  }
}

# The keys of one user, with the attributes that a generated configuration needs.
list "outscale_access_key" "ci" {
  provider         = outscale
  include_resource = true

  config {
    user_name = "ci"
  }
}
