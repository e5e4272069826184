# The users of a team, with the attributes that a generated configuration needs.
list "outscale_user" "team" {
  provider         = outscale
  include_resource = true

  config {
    path_prefix = "/team/"
  }
}
