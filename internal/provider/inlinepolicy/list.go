package inlinepolicy

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/principal"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
)

const listNotRead = "Inline policies not read"

// List is the data source outscale_user_inline_policies or outscale_user_group_inline_policies. API actions:
// ReadUserPolicies and one ReadUserPolicy per policy, or ReadUserGroupPolicies, all pages.
type List struct {
	base.DataSourceBase
	kind principal.Kind
}

var _ datasource.DataSourceWithConfigure = (*List)(nil)

// NewListForUser returns outscale_user_inline_policies.
func NewListForUser() datasource.DataSource { return newList(principal.User) }

// NewListForGroup returns outscale_user_group_inline_policies.
func NewListForGroup() datasource.DataSource { return newList(principal.Group) }

func newList(kind principal.Kind) datasource.DataSource {
	return &List{base.NewDataSource(kind.Prefix + "_inline_policies"), kind}
}

// element is one policy of a list.
type element struct {
	PolicyName types.String `tfsdk:"policy_name"`
	Document   types.String `tfsdk:"document"`
}

// Schema implements datasource.DataSource.
func (d *List) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Lists the inline policies of a %s with their documents. When there is none, the list is empty. A %[1]s that does not exist is an error.", d.kind.Word),
		Attributes: map[string]schema.Attribute{
			"id":                   filter.IDAttribute(),
			d.kind.NameAttribute(): schema.StringAttribute{Required: true, MarkdownDescription: fmt.Sprintf("The name of the %s.", d.kind.Word)},
			"policies": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The inline policies, by name.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"policy_name": schema.StringAttribute{Computed: true, MarkdownDescription: "The name of the policy."},
					"document":    schema.StringAttribute{Computed: true, MarkdownDescription: "The policy document as the API has it."},
				}},
			},
		},
	}
}

// Read lists the policies.
func (d *List) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var name, id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(d.kind.NameAttribute()), &name)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	who := rights.Principal{Group: d.kind == principal.Group, Name: name.ValueString()}
	names, err := d.names(ctx, &who)
	elements := []element{}
	for _, policy := range names {
		found, readErr := d.Data.Rights.Inline(ctx, who, policy)
		if err = readErr; err != nil {
			break
		}
		elements = append(elements, element{types.StringValue(found.Name), types.StringValue(found.Document)})
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, fmt.Sprintf("Listing the inline policies of %s", who), err)
		return
	}
	if id.IsNull() {
		id = types.StringValue(filter.Set{}.ID(d.kind.Prefix+"_inline_policies", name.ValueString()))
	}
	resp.State.Raw = req.Config.Raw
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("policies"), elements)...)
}

// names returns the names of the policies. It completes the principal with the path of a group.
func (d *List) names(ctx context.Context, who *rights.Principal) ([]string, error) {
	if who.Group {
		group, err := d.Data.Groups.Find(ctx, who.Name)
		if err != nil {
			return nil, err
		}
		who.Path = group.Path
	}
	return d.Data.Rights.InlineNames(ctx, *who)
}
