package accessrule

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The data sources. API action: ReadApiAccessRules.
var (
	NewOne  = rules.One("api_access_rule", "api_access_rules", "Reads one API access rule. Exactly one rule must match the filters.")
	NewList = rules.List("api_access_rules", "api_access_rules", "Lists the API access rules of the account. If none matches, the list is empty.")
)

// The filters. A filter for a list matches a rule whose list has one of its values.
const (
	byID, byCA, byCN, byDescription, byRange = "api_access_rule_ids", "ca_ids", "cns", "descriptions", "ip_ranges"
)

var rules = lookup.Kind[access.Rule]{
	Singular: "API access rule", Plural: "API access rules", ID: func(r access.Rule) string { return r.ID },
	Filters: []string{byID, byCA, byCN, byDescription, byRange},
	Attributes: map[string]schema.Attribute{
		"api_access_rule_id": lookup.Text("The id of the rule."),
		"description":        lookup.Text("The description of the rule."),
		"ip_ranges":          lookup.Texts("The addresses that may call the API. Empty: any address."),
		"ca_ids":             lookup.Texts("The certificate authorities, one of which must have issued the client certificate. Empty: no certificate is required."),
		"cns":                lookup.Texts("The common names that the client certificate may have. Empty: any name."),
	},
	Values: func(r access.Rule) map[string]attr.Value {
		return map[string]attr.Value{
			"api_access_rule_id": types.StringValue(r.ID), "description": types.StringValue(r.Description),
			"ip_ranges": lookup.TextsOf(r.IPRanges), "ca_ids": lookup.TextsOf(r.CAIDs), "cns": lookup.TextsOf(r.CNs),
		}
	},
	Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]access.Rule, error) {
		all, err := d.Access.Rules(ctx)
		return slices.DeleteFunc(all, func(r access.Rule) bool {
			return !f.Pass(byID, r.ID) || !f.Pass(byDescription, r.Description) || !f.PassAny(byCA, r.CAIDs) || !f.PassAny(byCN, r.CNs) || !f.PassAny(byRange, r.IPRanges)
		}), err
	},
}
