resource "outscale_user_group" "readers" {
  user_group_name = "readers"
}

data "outscale_policy_document" "read" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_user_group_inline_policy" "read" {
  user_group_id = outscale_user_group.readers.user_group_id
  policy_name   = "read"
  document      = data.outscale_policy_document.read.json
}
