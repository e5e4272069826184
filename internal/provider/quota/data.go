// Package quota has the data sources outscale_quota and outscale_quotas.
package quota

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/account"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// The data sources. API action: ReadQuotas, all pages.
var (
	NewOne  = quotas.One("quota", "quotas", "Reads one quota: a limit of the account or of one of its resources, and how much of it is used. Exactly one quota must match the filters.")
	NewList = quotas.List("quotas", "quotas", "Lists the quotas: limits of the account and of its resources, and how much of them is used. If no quota matches, the list is empty.")
)

// The filters.
const (
	byType, byName, byCollection, byShort = "quota_types", "quota_names", "collections", "short_descriptions"
)

var quotas = lookup.Kind[account.Quota]{
	Singular: "quota", Plural: "quotas", ID: func(q account.Quota) string { return q.Type + "/" + q.Name },
	Filters: []string{byType, byName, byCollection, byShort}, FilterRequired: true,
	Attributes: map[string]schema.Attribute{
		"account_id":        lookup.Text("The id of the account that the quota belongs to."),
		"description":       lookup.Text("The description of the quota."),
		"max_value":         schema.Int64Attribute{Computed: true, MarkdownDescription: "The limit. 0 means that there is none."},
		"name":              lookup.Text("The name of the quota."),
		"quota_collection":  lookup.Text("The group of quotas that the quota belongs to."),
		"quota_type":        lookup.Text("The id of the resource that the quota is for, or `global`."),
		"short_description": lookup.Text("The short description of the quota."),
		"used_value":        schema.Int64Attribute{Computed: true, MarkdownDescription: "How much of the quota is used."},
	},
	Values: func(q account.Quota) map[string]attr.Value {
		return map[string]attr.Value{
			"account_id": types.StringValue(q.AccountID), "description": types.StringValue(q.Description), "max_value": types.Int64Value(int64(q.Max)),
			"name": types.StringValue(q.Name), "quota_collection": types.StringValue(q.Collection), "quota_type": types.StringValue(q.Type),
			"short_description": types.StringValue(q.ShortDescription), "used_value": types.Int64Value(int64(q.Used)),
		}
	},
	FindAnswer: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]account.Quota, string, error) {
		found, requestID, err := d.Account.Quotas(ctx, account.QuotaFilter{Types: f[byType], Names: f[byName], Collections: f[byCollection], ShortDescriptions: f[byShort]})
		return slices.DeleteFunc(found, func(q account.Quota) bool { // two blocks of one name may have no value in common
			return !f.Pass(byType, q.Type) || !f.Pass(byName, q.Name) || !f.Pass(byCollection, q.Collection) || !f.Pass(byShort, q.ShortDescription)
		}), requestID, err
	},
}
