# The cloud controller manager of Kubernetes, cloud-provider-osc 1.x.
data "outscale_policy_document" "ccm" {
  statement {
    actions = [
      "api:CreateLoadBalancer",
      "api:CreateLoadBalancerListeners",
      "api:CreateLoadBalancerPolicy",
      "api:CreateSecurityGroup",
      "api:CreateSecurityGroupRule",
      "api:CreateTags",
      "api:DeleteLoadBalancer",
      "api:DeleteLoadBalancerListeners",
      "api:DeleteSecurityGroup",
      "api:DeleteSecurityGroupRule",
      "api:DeregisterVmsInLoadBalancer",
      "api:ReadLoadBalancers",
      "api:ReadPublicIps",
      "api:ReadSecurityGroups",
      "api:ReadSubnets",
      "api:ReadVms",
      "api:RegisterVmsInLoadBalancer",
      "api:UpdateLoadBalancer",
    ]
  }
}

resource "outscale_user" "ccm" {
  user_name = "cloud-controller"
}

resource "outscale_user_inline_policy" "ccm" {
  user_id     = outscale_user.ccm.user_id
  policy_name = "cloud-controller"
  document    = data.outscale_policy_document.ccm.json
}
