package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
)

// List is the data source outscale_users: all users that match. API action: ReadUsers, all pages.
type List struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*List)(nil)

const listNotRead = "Users not read"

// NewList returns the data source.
func NewList() datasource.DataSource { return &List{base.NewDataSource("users")} }

type listModel struct {
	ID     types.String `tfsdk:"id"`
	Filter types.Set    `tfsdk:"filter"`
	Users  []element    `tfsdk:"users"`
}

// Schema is the official provider's.
func (d *List) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the EIM users of the account, all pages of them. When no user matches, the list is empty.",
		Attributes: map[string]schema.Attribute{
			"id": filter.IDAttribute(),
			"users": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The users that match, oldest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"user_id":                computed("The id of the user."),
					"user_name":              computed("The name of the user."),
					"path":                   computed("The path of the user."),
					"user_email":             computed("The e-mail address of the user."),
					"creation_date":          computed("The date and time (UTC) at which the user was created."),
					"last_modification_date": computed("The date and time (UTC) at which the user was last modified."),
				}},
			},
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byID, byName)},
	}
}

// Read lists the users.
func (d *List) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	filters := filter.From(ctx, m.Filter, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	users, err := find(ctx, d.Data.Users, filters)
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, "Listing users", err)
		return
	}
	m.Users = []element{}
	for _, user := range users {
		m.Users = append(m.Users, elementOf(user))
	}
	if m.ID.IsNull() {
		m.ID = types.StringValue(filters.ID("users"))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
