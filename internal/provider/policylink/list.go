package policylink

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

// The filters of a list. The first one, and for groups the second, are the official provider's.
const (
	byPath  = "path_prefix"
	byGroup = "user_group_ids"
)

const listNotRead = "Linked policies not read"

// List is the data source outscale_policies_linked_to_user or outscale_policies_linked_to_user_group. API actions:
// ReadLinkedPolicies or ReadManagedPoliciesLinkedToUserGroup, all pages; with the filter `user_group_ids` also
// ReadUserGroups.
type List struct {
	base.DataSourceBase
	kind principal.Kind
}

var _ datasource.DataSourceWithConfigure = (*List)(nil)

// NewListForUser returns outscale_policies_linked_to_user.
func NewListForUser() datasource.DataSource { return newList(principal.User) }

// NewListForGroup returns outscale_policies_linked_to_user_group.
func NewListForGroup() datasource.DataSource { return newList(principal.Group) }

func newList(kind principal.Kind) datasource.DataSource {
	return &List{base.NewDataSource("policies_linked_to_" + kind.Prefix), kind}
}

// element is one policy of a list.
type element struct {
	PolicyID             types.String `tfsdk:"policy_id"`
	PolicyName           types.String `tfsdk:"policy_name"`
	ORN                  types.String `tfsdk:"orn"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

// Schema is the official provider's, with a filter for users as well.
func (d *List) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	filters := []string{byPath}
	if d.kind == principal.Group {
		filters = append(filters, byGroup)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists the managed policies that are linked to a %s, all pages of them. When there is none, the list is empty. A %[1]s that does not exist is an error.", d.kind.Word),
		Attributes: map[string]schema.Attribute{
			"id":                   filter.IDAttribute(),
			d.kind.NameAttribute(): schema.StringAttribute{Required: true, MarkdownDescription: fmt.Sprintf("The name of the %s.", d.kind.Word)},
			"policies": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The linked policies that match.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"policy_id":              computed("The id of the policy."),
					"policy_name":            computed("The name of the policy."),
					"orn":                    computed("The ORN of the policy."),
					"creation_date":          computed("The date and time (UTC) at which the policy was created."),
					"last_modification_date": computed("The date and time (UTC) at which the policy was last modified."),
				}},
			},
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(filters...)},
	}
}

// Read lists the policies.
func (d *List) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var name, id types.String
	var blocks types.Set
	for attribute, target := range map[string]any{d.kind.NameAttribute(): &name, "id": &id, "filter": &blocks} {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(attribute), target)...)
	}
	filters := filter.From(ctx, blocks, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	elements, err := d.list(ctx, name.ValueString(), filters)
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, fmt.Sprintf("Listing the policies that are linked to %s %s", d.kind.Word, name.ValueString()), err)
		return
	}
	if id.IsNull() {
		id = types.StringValue(filters.ID("policies_linked_to_"+d.kind.Prefix, name.ValueString()))
	}
	resp.State.Raw = req.Config.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("policies"), elements)...)
}

func (d *List) list(ctx context.Context, name string, filters filter.Set) ([]element, error) {
	elements := []element{}
	links, err := d.Data.Rights.Links(ctx, rights.Principal{Group: d.kind == principal.Group, Name: name})
	if err != nil {
		return nil, err
	}
	if _, limited := filters[byGroup]; limited {
		group, err := d.Data.Groups.Find(ctx, name)
		if err != nil {
			return nil, err
		}
		if !filters.Pass(byGroup, group.ID) {
			return elements, nil
		}
	}
	for _, link := range links {
		if filters.PassPrefix(byPath, pathOf(link)) {
			elements = append(elements, element{
				PolicyID: types.StringValue(link.ID), PolicyName: types.StringValue(link.Name), ORN: types.StringValue(link.ORN),
				CreationDate: isodate.Of(&link.CreationDate).StringValue, LastModificationDate: isodate.Of(&link.LastModificationDate).StringValue,
			})
		}
	}
	return elements, nil
}

// pathOf returns the path of a policy, which only its ORN has: orn:ows:idauth::ACCOUNT:policy/PATH/NAME.
func pathOf(link rights.LinkedPolicy) string {
	_, rest, _ := strings.Cut(link.ORN, ":policy/")
	return "/" + strings.TrimSuffix(rest, link.Name)
}
