// Package policydata has the data sources for managed policies: outscale_policy, outscale_policies, outscale_policy_versions
// and outscale_entities_linked_to_policy.
package policydata

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/policy"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The data sources. API actions: ReadPolicy and ReadPolicyVersions; ReadPolicies; ReadPolicyVersions.
var (
	NewOne  = onePolicy.One("policy", "policies", "Reads a managed policy of the account or of OUTSCALE, with the document of its default version.")
	NewList = policies.List("policies", "policies", "Lists managed policies, those of the account and those of OUTSCALE. If none matches, the list is empty.")
	// NewVersions lists the versions of a policy.
	NewVersions = versions.List("policy_versions", "policy_versions", "Lists the versions of a managed policy, with their documents. The default one decides rights.")
)

// The filters, and the argument.
const (
	byLink, byPrefix, byScope = "only_linked", "path_prefix", "scope"
	byORN                     = "policy_orn"
)

var ornArgument = map[string]schema.Attribute{byORN: schema.StringAttribute{
	Required: true, Validators: []validator.String{keyattr.PolicyORNValidator()}, MarkdownDescription: "The ORN of the policy.",
}}

var policies = lookup.Kind[policy.Policy]{
	Singular: "policy", Plural: "policies", ID: func(p policy.Policy) string { return p.ORN },
	Filters: []string{byLink, byPrefix, byScope},
	Attributes: map[string]schema.Attribute{
		"policy_name": lookup.Text("The name of the policy."), "policy_id": lookup.Text("The id of the policy."), "orn": lookup.Text("The ORN of the policy."),
		"path": lookup.Text("The path of the policy."), "description": lookup.Text("The description of the policy."),
		"policy_default_version_id": lookup.Text("The version whose document decides rights."),
		"is_linkable":               schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the policy can be linked to users and groups."},
		"resources_count":           schema.Int64Attribute{Computed: true, MarkdownDescription: "The number of users and groups that the policy is linked to."},
		"creation_date":             lookup.Text("The date and time (UTC) at which the policy was created."),
		"last_modification_date":    lookup.Text("The date and time (UTC) at which the policy was last modified."),
	},
	Values: values,
	Find:   find,
}

func values(p policy.Policy) map[string]attr.Value {
	return map[string]attr.Value{
		"policy_name": types.StringValue(p.Name), "policy_id": types.StringValue(p.ID), "orn": types.StringValue(p.ORN), "path": types.StringValue(p.Path),
		"description": types.StringValue(p.Description), "policy_default_version_id": types.StringValue(p.DefaultVersionID),
		"is_linkable": types.BoolValue(p.IsLinkable), "resources_count": types.Int64Value(int64(p.ResourcesCount)),
		"creation_date": isodate.Of(&p.Created).StringValue, "last_modification_date": isodate.Of(&p.Modified).StringValue,
	}
}

// find reads the policies. The API accepts one value per filter: several values are filtered here.
func find(ctx context.Context, d *providerdata.Data, f filter.Set) ([]policy.Policy, error) {
	var asked policy.Filter
	for _, text := range f[byLink] {
		if text != "true" && text != "false" {
			return nil, fmt.Errorf("the filter %s takes true or false, not %q", byLink, text)
		}
	}
	for _, text := range f[byScope] {
		if text != "LOCAL" && text != "OWS" {
			return nil, fmt.Errorf("the filter %s takes LOCAL (of the account) or OWS (of OUTSCALE), not %q", byScope, text)
		}
	}
	asked.OnlyLinked = slices.Equal(f[byLink], []string{"true"})
	if len(f[byScope]) == 1 {
		asked.Scope = policy.Scope(f[byScope][0])
	}
	if len(f[byPrefix]) == 1 {
		asked.PathPrefix = f[byPrefix][0]
	}
	found, err := d.Policies.Select(ctx, asked)
	return slices.DeleteFunc(found, func(p policy.Policy) bool { return !f.PassPrefix(byPrefix, p.Path) }), err
}

// detailed is a policy with the document of its default version.
type detailed struct {
	policy.Policy
	document string
}

var onePolicy = lookup.Kind[detailed]{
	Singular: "policy", Plural: "policies", ID: func(p detailed) string { return p.ORN },
	Arguments: ornArgument,
	Attributes: func() map[string]schema.Attribute {
		all := maps.Clone(policies.Attributes)
		all["document"] = lookup.Text("The document of the default version.")
		return all
	}(),
	Values: func(p detailed) map[string]attr.Value {
		all := values(p.Policy)
		all["document"] = types.StringValue(p.document)
		return all
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]detailed, error) {
		found, err := d.Policies.Reload(ctx, f[byORN][0], domain.Identity{})
		if domain.IsGone(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		version, err := d.Policies.Version(ctx, found.ORN, found.DefaultVersionID, domain.Identity{})
		return []detailed{{found, version.Document}}, err
	},
}

var versions = lookup.Kind[policy.Version]{
	Singular: "policy version", Plural: "policy versions", ID: func(v policy.Version) string { return v.ID },
	Arguments: ornArgument,
	Attributes: map[string]schema.Attribute{
		"version_id":      lookup.Text("The version: `v1`, `v2` and so on."),
		"default_version": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether this is the default version."},
		"body":            lookup.Text("The document of the version."),
		"creation_date":   lookup.Text("The date and time (UTC) at which the version was created."),
	},
	Values: func(v policy.Version) map[string]attr.Value {
		return map[string]attr.Value{
			"version_id": types.StringValue(v.ID), "default_version": types.BoolValue(v.IsDefault), "body": types.StringValue(v.Document),
			"creation_date": isodate.Of(&v.Created).StringValue,
		}
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]policy.Version, error) {
		return d.Policies.Versions(ctx, f[byORN][0], domain.Identity{})
	},
}
