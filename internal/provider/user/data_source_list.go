package user

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// ListDataSource is the data source outscale_users: all users that match. API action: ReadUsers, all pages.
type ListDataSource struct {
	session *session.Session
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

const listNotRead = "Users not read"

// NewListDataSource returns the data source.
func NewListDataSource() datasource.DataSource { return &ListDataSource{} }

type listModel struct {
	ID     types.String `tfsdk:"id"`
	Filter types.Set    `tfsdk:"filter"`
	Users  []element    `tfsdk:"users"`
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_users"
}

// Schema is the official provider's.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the EIM users of the account, all pages of them. When no user matches, the list is empty.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Optional: true, Computed: true,
				MarkdownDescription: "An id of the question: the same filters give the same id in every run."},
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

// Configure takes the session.
func (d *ListDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Read lists the users.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	set := filter.From(ctx, m.Filter, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.Ready(&resp.Diagnostics, listNotRead) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	defer d.session.WarnClock(&resp.Diagnostics)
	users, err := look(ctx, d.session.Keeper, set)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, listNotRead, "Listing users", err)
		return
	}
	m.Users = []element{}
	for _, user := range users {
		m.Users = append(m.Users, elementOf(user))
	}
	if m.ID.IsNull() {
		m.ID = types.StringValue(set.ID("users"))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
