# The driver for block storage in Kubernetes, osc-bsu-csi-driver.
data "outscale_policy_document" "csi" {
  statement {
    actions = [
      "api:CreateSnapshot",
      "api:CreateTags",
      "api:CreateVolume",
      "api:DeleteSnapshot",
      "api:DeleteVolume",
      "api:LinkVolume",
      "api:ReadSnapshots",
      "api:ReadSubregions",
      "api:ReadVms",
      "api:ReadVolumes",
      "api:UnlinkVolume",
      "api:UpdateVolume",
    ]
  }
}

resource "outscale_user" "csi" {
  user_name = "csi-driver"
}

resource "outscale_user_inline_policy" "csi" {
  user_id     = outscale_user.csi.user_id
  policy_name = "csi-driver"
  document    = data.outscale_policy_document.csi.json
}
