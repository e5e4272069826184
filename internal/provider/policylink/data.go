package policylink

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

// The data sources outscale_policies_linked_to_user and outscale_policies_linked_to_user_group. API actions:
// ReadLinkedPolicies or ReadManagedPoliciesLinkedToUserGroup, all pages; with the filter `user_group_ids` also ReadUserGroups.
var (
	NewListForUser  = newList(principal.User, byPath)
	NewListForGroup = newList(principal.Group, byPath, byGroup)
)

// The filters of a list. The first one, and for groups the second, are the official provider's.
const (
	byPath  = "path_prefix"
	byGroup = "user_group_ids"
)

func newList(kind principal.Kind, filters ...string) func() datasource.DataSource {
	return lookup.Kind[rights.LinkedPolicy]{
		Singular: "linked policy", Plural: "linked policies", Filters: filters, Arguments: kind.DataArguments(),
		Attributes: map[string]schema.Attribute{
			"policy_id":              lookup.Text("The id of the policy."),
			"policy_name":            lookup.Text("The name of the policy."),
			"orn":                    lookup.Text("The ORN of the policy."),
			"creation_date":          lookup.Text("The date and time (UTC) at which the policy was created."),
			"last_modification_date": lookup.Text("The date and time (UTC) at which the policy was last modified."),
		},
		Values: func(p rights.LinkedPolicy) map[string]attr.Value {
			return map[string]attr.Value{
				"policy_id": types.StringValue(p.ID), "policy_name": types.StringValue(p.Name), "orn": types.StringValue(p.ORN),
				"creation_date": isodate.Of(&p.CreationDate).StringValue, "last_modification_date": isodate.Of(&p.LastModificationDate).StringValue,
			}
		},
		Find: func(ctx context.Context, d *providerdata.Data, f filter.Set) ([]rights.LinkedPolicy, error) {
			who := kind.Asked(f)
			links, err := d.Rights.Links(ctx, who)
			if _, limited := f[byGroup]; limited && err == nil {
				group, err := d.Groups.Find(ctx, who.Name)
				if err != nil || !f.Pass(byGroup, group.ID) {
					return nil, err
				}
			}
			return slices.DeleteFunc(links, func(p rights.LinkedPolicy) bool { return !f.PassPrefix(byPath, pathOf(p)) }), err
		},
	}.List("policies_linked_to_"+kind.Prefix, "policies", fmt.Sprintf("Lists the managed policies that are linked to a %s, from all pages. "+
		"If there is none, the list is empty. A %[1]s that does not exist is an error.", kind.Word))
}

// pathOf returns the path of a policy from its ORN: orn:ows:idauth::ACCOUNT:policy/PATH/NAME.
func pathOf(link rights.LinkedPolicy) string {
	_, rest, _ := strings.Cut(link.ORN, ":policy/")
	return "/" + strings.TrimSuffix(rest, link.Name)
}
