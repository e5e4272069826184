package inlinepolicy

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

// The data sources outscale_user_inline_policies and outscale_user_group_inline_policies. API actions: ReadUserPolicies and
// one ReadUserPolicy per policy, or ReadUserGroupPolicies, all pages, and ReadUserGroups.
var (
	NewListForUser  = newList(principal.User)
	NewListForGroup = newList(principal.Group)
)

func newList(kind principal.Kind) func() datasource.DataSource {
	suffix := kind.Prefix + "_inline_policies"
	return lookup.Kind[rights.InlinePolicy]{
		Singular: "inline policy", Plural: "inline policies", Arguments: kind.DataArguments(),
		Attributes: map[string]schema.Attribute{
			"policy_name": lookup.Text("The name of the policy."),
			"document":    lookup.Text("The policy document as the API has it."),
		},
		Values: func(p rights.InlinePolicy) map[string]attr.Value {
			return map[string]attr.Value{"policy_name": types.StringValue(p.Name), "document": types.StringValue(p.Document)}
		},
		Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]rights.InlinePolicy, error) {
			return find(ctx, d, kind.Asked(f))
		},
	}.List(suffix, "policies", fmt.Sprintf("Lists the inline policies of a %s with their documents, by name. If there is none, the list is empty. "+
		"A %[1]s that does not exist is an error.", kind.Word))
}

func find(ctx context.Context, d *providerdata.Data, who rights.Principal) ([]rights.InlinePolicy, error) {
	if who.Group {
		group, err := d.Groups.Find(ctx, who.Name)
		if err != nil {
			return nil, err
		}
		who.Path = group.Path
	}
	names, err := d.Rights.InlineNames(ctx, who)
	var policies []rights.InlinePolicy
	for _, name := range names {
		policy, err := d.Rights.Inline(ctx, who, name)
		if err != nil {
			return nil, err
		}
		policies = append(policies, policy)
	}
	return policies, err
}
