# The rights of a user that may only read and rotate access keys of its own.
data "outscale_policy_document" "rotate_own_key" {
  statement {
    sid       = "Rotate"
    actions   = ["api:CreateAccessKey", "api:ReadAccessKeys", "api:UpdateAccessKey", "api:DeleteAccessKey"]
    resources = ["orn:ows:idauth::123456789012:user/robot"]
  }

  # CreateAccessKey and UpdateAccessKey allow escalation only with the resource "*".
  validate = false
}

output "document" {
  value = data.outscale_policy_document.rotate_own_key.json
}
