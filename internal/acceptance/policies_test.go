package acceptance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

const (
	policyAddress        = "outscale_policy.this"
	policyVersionAddress = "outscale_policy_version.this"
	accessRuleAddress    = "outscale_api_access_rule.this"
	accessPolicyAddress  = "outscale_api_access_policy.this"
	caAddress            = "outscale_ca.this"
)

// policyFamily returns a configuration with every resource and data source for policies, API access and the account.
func policyFamily(pem, action, ranges, seconds string) string {
	document := func(action string) string {
		return `jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:` + action + `"], Resource = ["*"] }] })`
	}
	return strings.Join([]string{
		acctest.Block("outscale_policy", "this", `policy_name = "deploy"`, `path = "/ci/"`, "document = "+document("ReadUsers")),
		acctest.Block("outscale_policy_version", "this", "policy_orn = outscale_policy.this.orn", "set_as_default = true", "document = "+document(action)),
		acctest.Block("outscale_ca", "this", "ca_pem = <<-EOT\n"+pem+"EOT", `description = "pipelines"`, "lifecycle {\n    create_before_destroy = true\n  }"),
		acctest.Block("outscale_api_access_rule", "this", "ca_ids = [outscale_ca.this.ca_id]", `cns = ["ci"]`, "ip_ranges = ["+ranges+"]"),
		acctest.Block("outscale_api_access_policy", "this", "max_access_key_expiration_seconds = "+seconds),
		`
data "outscale_policy" "this" {
  policy_orn = outscale_policy_version.this.policy_orn
}

data "outscale_policies" "all" {
  filter {
    name   = "path_prefix"
    values = ["/ci/"]
  }
  depends_on = [outscale_policy.this]
}

data "outscale_policy_versions" "all" {
  policy_orn = outscale_policy_version.this.policy_orn
}

data "outscale_entities_linked_to_policy" "this" {
  policy_orn = outscale_policy.this.orn
}

data "outscale_api_access_rule" "this" {
  filter {
    name   = "api_access_rule_ids"
    values = [outscale_api_access_rule.this.id]
  }
}

data "outscale_api_access_rules" "all" {
  depends_on = [outscale_api_access_rule.this]
}

data "outscale_api_access_policy" "this" {
  depends_on = [outscale_api_access_policy.this]
}

data "outscale_ca" "this" {
  filter {
    name   = "ca_ids"
    values = [outscale_ca.this.id]
  }
}

data "outscale_cas" "all" {
  depends_on = [outscale_ca.this]
}

data "outscale_account" "this" {}

data "outscale_accounts" "all" {}
`}, "\n")
}

// TestAccPolicyFamily_basic tests the lifecycle of policies, versions, access rules, the access policy and authorities: create, empty
// plan, import, update in place, deletion out of band, destroy.
func TestAccPolicyFamily_basic(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	ends := c.Simulator.Now().Add(30 * day)
	c.OutOfBand(func(ctx context.Context, client *api.Client) error {
		_, err := client.UpdateAccessKey(ctx, api.UpdateAccessKeyInput{ID: c.RootAccessKey, State: "ACTIVE", ExpirationDate: &ends})
		return err
	})
	pem := acctest.CertificatePEM(t, "authority")
	first, changed := policyFamily(pem, "ReadAccessKeys", `"192.0.2.0/24"`, "31536000"), policyFamily(pem, "ReadUserGroups", `"192.0.2.0/25"`, "63072000")
	same := func(of, name, data string) statecheck.StateCheck {
		return statecheck.CompareValuePairs(of, tfjsonpath.New("id"), data, tfjsonpath.New(name), compare.ValuesSame())
	}
	versionID := func(s *terraform.State) (string, error) {
		attributes := s.RootModule().Resources[policyVersionAddress].Primary.Attributes
		return attributes["policy_orn"] + "/" + attributes["version_id"], nil
	}
	c.Test(
		resource.TestStep{
			Config: first,
			ConfigStateChecks: []statecheck.StateCheck{
				attribute(policyVersionAddress, "version_id", knownvalue.StringExact("v2")), attribute(policyVersionAddress, "default_version", knownvalue.Bool(true)),
				attribute("data.outscale_policy.this", "policy_default_version_id", knownvalue.StringExact("v2")),
				attribute("data.outscale_policies.all", "policies", knownvalue.ListSizeExact(1)),
				attribute("data.outscale_policy_versions.all", "policy_versions", knownvalue.ListSizeExact(2)),
				attribute("data.outscale_entities_linked_to_policy.this", "policy_entities", knownvalue.SetSizeExact(1)),
				attribute("data.outscale_api_access_rules.all", "api_access_rules", knownvalue.ListSizeExact(2)),
				attribute("data.outscale_api_access_policy.this", "max_access_key_expiration_seconds", knownvalue.Int64Exact(31536000)),
				attribute("data.outscale_cas.all", "cas", knownvalue.ListSizeExact(1)),
				attribute("data.outscale_accounts.all", "accounts", knownvalue.ListSizeExact(1)),
				same(policyAddress, "orn", "data.outscale_policy.this"), same(accessRuleAddress, "api_access_rule_id", "data.outscale_api_access_rule.this"),
				same(caAddress, "ca_id", "data.outscale_ca.this"),
			},
			Check: expectWritten(c, "CreatePolicy", "CreatePolicyVersion", "CreateCa", "CreateApiAccessRule", "UpdateApiAccessPolicy"),
		},
		resource.TestStep{ResourceName: policyAddress, ImportState: true, ImportStateVerify: true,
			ImportStateVerifyIgnore: []string{"document", "policy_default_version_id", "last_modification_date"}}, // it takes the document that decides rights
		resource.TestStep{ResourceName: policyVersionAddress, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: versionID},
		resource.TestStep{ResourceName: accessRuleAddress, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: accessPolicyAddress, ImportState: true, ImportStateVerify: true},
		resource.TestStep{ResourceName: caAddress, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"ca_pem"}},
		resource.TestStep{
			PreConfig: c.ResetCalls, Config: changed,
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(policyVersionAddress, plancheck.ResourceActionUpdate), plancheck.ExpectResourceAction(policyAddress, plancheck.ResourceActionNoop),
				plancheck.ExpectResourceAction(accessRuleAddress, plancheck.ResourceActionUpdate), plancheck.ExpectResourceAction(accessPolicyAddress, plancheck.ResourceActionUpdate),
				plancheck.ExpectResourceAction(caAddress, plancheck.ResourceActionNoop),
			}},
			ConfigStateChecks: []statecheck.StateCheck{attribute(policyVersionAddress, "version_id", knownvalue.StringExact("v3"))},
			Check:             expectWritten(c, "CreatePolicyVersion", "DeletePolicyVersion", "UpdateApiAccessRule", "UpdateApiAccessPolicy"),
		},
		resource.TestStep{ // another certificate: the new authority is in the rule before the old one is deleted
			PreConfig: c.ResetCalls, Config: policyFamily(acctest.CertificatePEM(t, "next"), "ReadUserGroups", `"192.0.2.0/25"`, "63072000"),
			ConfigPlanChecks: planned(caAddress, plancheck.ResourceActionCreateBeforeDestroy),
			Check:            writes(c, "CreateCa", "UpdateApiAccessRule", "DeleteCa"),
		},
	)
	state := c.Simulator.State()
	own, err := c.API().ReadPolicies(t.Context(), api.ReadPoliciesInput{Scope: api.ScopeLocal})
	if err != nil || len(own)+len(state.CAs) != 0 || len(state.AccessRules) != 1 {
		t.Errorf("%d policies, %d authorities and %d access rules are left, %v", len(own), len(state.CAs), len(state.AccessRules), err)
	}
}

// expectWritten checks the changing calls since ResetCalls after a step, in any order.
func expectWritten(c *acctest.CLI, want ...string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		got := c.Writes()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			return errors.New(fmt.Sprint("the changing calls were ", got, ", want ", want))
		}
		return nil
	}
}

// TestAccPolicyVersion_goneWithPolicy: if a policy is deleted out of band, its versions are gone too. The plan creates both again, and
// one run destroys the rest.
func TestAccPolicyVersion_goneWithPolicy(t *testing.T) {
	t.Parallel()
	c := acctest.NewCLI(t)
	const document = `document = jsonencode({ Statement = [{ Effect = "Allow", Action = ["api:ReadUsers"], Resource = ["*"] }] })`
	s := c.Workspace(acctest.Config(acctest.Block("outscale_policy", "this", `policy_name = "deploy"`, document) +
		acctest.Block("outscale_policy_version", "this", "policy_orn = outscale_policy.this.orn", "set_as_default = true", strings.ReplaceAll(document, "Users", "Cas"))))
	vanish := func() {
		c.OutOfBand(func(ctx context.Context, client *api.Client) error {
			own, err := client.ReadPolicies(ctx, api.ReadPoliciesInput{Scope: api.ScopeLocal})
			if err != nil {
				return err
			}
			orn := own[0].ORN
			return errors.Join(client.DeletePolicyVersion(ctx, orn, "v1"), client.DeletePolicy(ctx, orn))
		})
	}
	s.Apply()
	vanish()
	s.Plan().Contains(t, "Policy is gone", "Policy version is gone", "2 to add, 0 to change, 0 to destroy")
	s.Apply()
	s.EmptyPlan()
	vanish()
	s.Must(destroy...)
}
