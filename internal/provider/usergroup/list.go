package usergroup

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
)

// The filters of outscale_user_groups. The first two are the official provider's.
const (
	byPath = "path_prefix"
	byID   = "user_group_ids"
	byName = "user_group_names"
)

const listNotRead = "User groups not read"

// element is one group of a list.
type element struct {
	UserGroupID          types.String `tfsdk:"user_group_id"`
	UserGroupName        types.String `tfsdk:"user_group_name"`
	Path                 types.String `tfsdk:"path"`
	ORN                  types.String `tfsdk:"orn"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

func elementOf(g group.Group) element {
	return element{
		UserGroupID: types.StringValue(g.ID), UserGroupName: types.StringValue(g.Name), Path: types.StringValue(g.Path), ORN: types.StringValue(g.ORN),
		CreationDate: isodate.Of(&g.Created).StringValue, LastModificationDate: isodate.Of(&g.Modified).StringValue,
	}
}

// elementsOf returns the groups that pass.
func elementsOf(groups []group.Group, filters filter.Set) []element {
	elements := []element{}
	for _, g := range groups {
		if filters.Pass(byID, g.ID) && filters.Pass(byName, g.Name) && filters.PassPrefix(byPath, g.Path) {
			elements = append(elements, elementOf(g))
		}
	}
	return elements
}

func groupsAttribute(text string) schema.Attribute {
	return schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: text,
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"user_group_id":          computed("The id of the group."),
			"user_group_name":        computed("The name of the group."),
			"path":                   computed("The path of the group."),
			"orn":                    computed("The OUTSCALE resource name of the group."),
			"creation_date":          computed("The date and time (UTC) at which the group was created."),
			"last_modification_date": computed("The date and time (UTC) at which the group was last modified."),
		}},
	}
}

// List is the data source outscale_user_groups: all groups that match. API action: ReadUserGroups, all pages.
type List struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*List)(nil)

// NewList returns the data source.
func NewList() datasource.DataSource { return &List{base.NewDataSource("user_groups")} }

type listModel struct {
	ID         types.String `tfsdk:"id"`
	Filter     types.Set    `tfsdk:"filter"`
	UserGroups []element    `tfsdk:"user_groups"`
}

// Schema is the official provider's.
func (d *List) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the groups of EIM users of the account, all pages of them. When no group matches, the list is empty.",
		Attributes: map[string]schema.Attribute{
			"id":          filter.IDAttribute(),
			"user_groups": groupsAttribute("The groups that match."),
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byPath, byID, byName)},
	}
}

// Read lists the groups.
func (d *List) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	filters := filter.From(ctx, m.Filter, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	groups, err := d.Data.Groups.List(ctx)
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, "Listing user groups", err)
		return
	}
	m.UserGroups = elementsOf(groups, filters)
	if m.ID.IsNull() {
		m.ID = types.StringValue(filters.ID("user_groups"))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// PerUser is the data source outscale_user_groups_per_user: the groups of one user. API actions: ReadUserGroupsPerUser; with
// `user_path` also ReadUsers.
type PerUser struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*PerUser)(nil)

// NewPerUser returns the data source.
func NewPerUser() datasource.DataSource { return &PerUser{base.NewDataSource("user_groups_per_user")} }

type perUserModel struct {
	ID         types.String `tfsdk:"id"`
	UserName   types.String `tfsdk:"user_name"`
	UserPath   types.String `tfsdk:"user_path"`
	UserGroups []element    `tfsdk:"user_groups"`
}

// Schema is the official provider's.
func (d *PerUser) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the groups that an EIM user is a member of. When there is none, the list is empty. A user that does not exist is an error.",
		Attributes: map[string]schema.Attribute{
			"id":          filter.IDAttribute(),
			"user_name":   schema.StringAttribute{Required: true, MarkdownDescription: "The name of the user."},
			"user_path":   schema.StringAttribute{Optional: true, MarkdownDescription: "The path of the user. If it is set, it must be the path that the user has."},
			"user_groups": groupsAttribute("The groups of the user."),
		},
	}
}

// Read lists the groups.
func (d *PerUser) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m perUserModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	name := m.UserName.ValueString()
	groups, err := d.Data.Groups.OfUser(ctx, name)
	if err == nil && !m.UserPath.IsNull() {
		u, readErr := d.Data.Users.Find(ctx, name)
		if err = readErr; err == nil && u.Path != m.UserPath.ValueString() {
			err = fmt.Errorf("the path of user %s is %s, and not %s as in `user_path`", u.Name, u.Path, m.UserPath.ValueString())
		}
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, "Listing the groups of user "+name, err)
		return
	}
	m.UserGroups = elementsOf(groups, nil)
	if m.ID.IsNull() {
		m.ID = types.StringValue(filter.Set{}.ID("user_groups_per_user", name))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
