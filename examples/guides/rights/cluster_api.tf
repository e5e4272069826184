# The controller of Cluster API, cluster-api-provider-outscale.
data "outscale_policy_document" "capi" {
  statement {
    actions = [
      "api:CreateInternetService",
      "api:CreateLoadBalancer",
      "api:CreateLoadBalancerTags",
      "api:CreateNatService",
      "api:CreateNet",
      "api:CreatePublicIp",
      "api:CreateRoute",
      "api:CreateRouteTable",
      "api:CreateSecurityGroup",
      "api:CreateSecurityGroupRule",
      "api:CreateSubnet",
      "api:CreateVms",
      "api:CreateVolume",
      "api:DeleteInternetService",
      "api:DeleteLoadBalancer",
      "api:DeleteLoadBalancerTags",
      "api:DeleteNatService",
      "api:DeleteNet",
      "api:DeletePublicIp",
      "api:DeleteRoute",
      "api:DeleteRouteTable",
      "api:DeleteSecurityGroup",
      "api:DeleteSecurityGroupRule",
      "api:DeleteSubnet",
      "api:DeleteVms",
      "api:DeleteVolume",
      "api:LinkInternetService",
      "api:LinkLoadBalancerBackendMachines",
      "api:LinkPublicIp",
      "api:LinkRouteTable",
      "api:LinkVolume",
      "api:ReadImages",
      "api:ReadInternetServices",
      "api:ReadLoadBalancerTags",
      "api:ReadLoadBalancers",
      "api:ReadNatServices",
      "api:ReadNets",
      "api:ReadPublicIps",
      "api:ReadRouteTables",
      "api:ReadSecurityGroups",
      "api:ReadSubnets",
      "api:ReadTags",
      "api:ReadVms",
      "api:ReadVolumes",
      "api:UnlinkInternetService",
      "api:UnlinkLoadBalancerBackendMachines",
      "api:UnlinkPublicIp",
      "api:UnlinkRouteTable",
      "api:UnlinkVolume",
      "api:UpdateLoadBalancer",
    ]
  }
}

resource "outscale_user" "capi" {
  user_name = "cluster-api"
}

resource "outscale_user_inline_policy" "capi" {
  user_id     = outscale_user.capi.user_id
  policy_name = "cluster-api"
  document    = data.outscale_policy_document.capi.json
}
