data "outscale_policy_document" "read" {
  statement {
    actions = ["api:Read*"]
  }
}

resource "outscale_policy" "read" {
  policy_name = "read"
  description = "Reads everything that the API shows"
  document    = data.outscale_policy_document.read.json

  # Another name replaces the policy: create the new one before deleting the old one.
  lifecycle {
    create_before_destroy = true
  }
}
