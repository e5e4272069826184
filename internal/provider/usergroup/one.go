package usergroup

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// One is the data source outscale_user_group: one group and its members. API actions: ReadUserGroups, all pages, and
// ReadUserGroup.
type One struct {
	base.DataSourceBase
}

var (
	_ datasource.DataSourceWithConfigure        = (*One)(nil)
	_ datasource.DataSourceWithConfigValidators = (*One)(nil)
)

// NewOne returns the data source.
func NewOne() datasource.DataSource { return &One{base.NewDataSource("user_group")} }

type oneModel struct {
	ID                   types.String    `tfsdk:"id"`
	UserGroupID          types.String    `tfsdk:"user_group_id"`
	UserGroupName        types.String    `tfsdk:"user_group_name"`
	Path                 types.String    `tfsdk:"path"`
	ORN                  types.String    `tfsdk:"orn"`
	CreationDate         types.String    `tfsdk:"creation_date"`
	LastModificationDate types.String    `tfsdk:"last_modification_date"`
	User                 []memberElement `tfsdk:"user"`
}

type memberElement struct {
	UserID               types.String `tfsdk:"user_id"`
	UserName             types.String `tfsdk:"user_name"`
	Path                 types.String `tfsdk:"path"`
	UserEmail            types.String `tfsdk:"user_email"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

// Schema is the official provider's, where user_group_id can also be asked for.
func (d *One) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks one group of EIM users up, by name or by id, with its members. A group that does not exist is an error.",
		Attributes: map[string]schema.Attribute{
			"id":                     schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The same as `user_group_id`."},
			"user_group_id":          schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the group."},
			"user_group_name":        schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name of the group."},
			"path":                   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The path of the group. If it is set, it must be the path that the group has."},
			"orn":                    computed("The OUTSCALE resource name of the group."),
			"creation_date":          computed("The date and time (UTC) at which the group was created."),
			"last_modification_date": computed("The date and time (UTC) at which the group was last modified."),
			"user": schema.SetNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The members of the group.",
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
	}
}

func computed(text string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: text}
}

// ConfigValidators asks for something to look for.
func (d *One) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(path.MatchRoot("user_group_name"), path.MatchRoot("user_group_id"))}
}

// Read looks the group up.
func (d *One) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m oneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, notRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	found, err := d.find(ctx, m)
	var members []group.Member
	if err == nil {
		members, err = d.Data.Groups.Members(ctx, found.ID, domain.Identity{})
	}
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Looking for the user group", err)
		return
	}
	e := elementOf(found)
	if m.ID.IsNull() {
		m.ID = e.UserGroupID
	}
	m.UserGroupID, m.UserGroupName, m.Path, m.ORN = e.UserGroupID, e.UserGroupName, e.Path, e.ORN
	m.CreationDate, m.LastModificationDate = e.CreationDate, e.LastModificationDate
	m.User = []memberElement{}
	for _, u := range members {
		m.User = append(m.User, memberElement{
			UserID: types.StringValue(u.ID), UserName: types.StringValue(u.Name), Path: types.StringValue(u.Path), UserEmail: types.StringValue(u.Email),
			CreationDate: isodate.Of(&u.Created).StringValue, LastModificationDate: isodate.Of(&u.Modified).StringValue,
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// find returns the group that has everything that is asked for.
func (d *One) find(ctx context.Context, m oneModel) (found group.Group, err error) {
	gone := &domain.GoneError{Kind: domain.KindUserGroup, ID: m.UserGroupID.ValueString(), Name: m.UserGroupName.ValueString()}
	if gone.ID != "" {
		found, err = d.Data.Groups.Read(ctx, gone.ID, domain.Identity{})
	} else {
		found, err = d.Data.Groups.Find(ctx, gone.Name)
	}
	if err == nil && ((gone.Name != "" && found.Name != gone.Name) || (!m.Path.IsNull() && found.Path != m.Path.ValueString())) {
		return found, gone
	}
	return found, err
}
