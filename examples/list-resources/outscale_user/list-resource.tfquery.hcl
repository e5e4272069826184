# The users of a team, with what a generated configuration needs.
list "outscale_user" "team" {
  provider         = outscale
  include_resource = true

  config {
    path_prefix = "/team/"
  }
}
