package user

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// The filters that both data sources know. The first is the official provider's.
const (
	byID   = "user_ids"
	byName = "user_names"
)

// DataSource is the data source outscale_user: one user. API action: ReadUsers, all pages.
type DataSource struct {
	session *session.Session
}

var (
	_ datasource.DataSourceWithConfigure        = (*DataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*DataSource)(nil)
)

// NewDataSource returns the data source.
func NewDataSource() datasource.DataSource { return &DataSource{} }

type dataModel struct {
	ID                   types.String `tfsdk:"id"`
	UserID               types.String `tfsdk:"user_id"`
	UserName             types.String `tfsdk:"user_name"`
	Filter               types.Set    `tfsdk:"filter"`
	Path                 types.String `tfsdk:"path"`
	UserEmail            types.String `tfsdk:"user_email"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_user"
}

// Schema is the official provider's, where user_id and user_name can also be asked for.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks one EIM user up, by name or by id. Exactly one user must match: none, or several, is an error that says what was found.",
		Attributes: map[string]schema.Attribute{
			"id":                     schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The same as `user_id`."},
			"user_id":                schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The id of the user."},
			"user_name":              schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The name of the user."},
			"path":                   computed("The path of the user."),
			"user_email":             computed("The e-mail address of the user."),
			"creation_date":          computed("The date and time (UTC) at which the user was created."),
			"last_modification_date": computed("The date and time (UTC) at which the user was last modified."),
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byID, byName)},
	}
}

// ConfigValidators asks for something to look for.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(
		path.MatchRoot("user_id"), path.MatchRoot("user_name"), path.MatchRoot("filter"),
	)}
}

// Configure takes the session.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Read looks the user up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	set := filter.From(ctx, m.Filter, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.Ready(&resp.Diagnostics, notRead) {
		return
	}
	if !m.UserID.IsNull() {
		set.Limit(byID, []string{m.UserID.ValueString()})
	}
	if !m.UserName.IsNull() {
		set.Limit(byName, []string{m.UserName.ValueString()})
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	defer d.session.WarnClock(&resp.Diagnostics)
	users, err := look(ctx, d.session.Keeper, set)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notRead, "Looking for a user with "+set.String(), err)
		return
	}
	if !one(users, set, &resp.Diagnostics) {
		return
	}
	e := elementOf(users[0])
	if m.ID.IsNull() {
		m.ID = e.UserID
	}
	m.UserID, m.UserName, m.Path, m.UserEmail = e.UserID, e.UserName, e.Path, e.UserEmail
	m.CreationDate, m.LastModificationDate = e.CreationDate, e.LastModificationDate
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// element is one user of a list.
type element struct {
	UserID               types.String `tfsdk:"user_id"`
	UserName             types.String `tfsdk:"user_name"`
	Path                 types.String `tfsdk:"path"`
	UserEmail            types.String `tfsdk:"user_email"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

func elementOf(user credential.User) element {
	return element{
		UserID:               types.StringValue(user.ID),
		UserName:             types.StringValue(user.Name),
		Path:                 types.StringValue(user.Path),
		UserEmail:            types.StringValue(user.Email),
		CreationDate:         isodate.Of(&user.Created).StringValue,
		LastModificationDate: isodate.Of(&user.Modified).StringValue,
	}
}

// look returns the users that pass, from all pages.
func look(ctx context.Context, keeper *credential.Keeper, set filter.Set) ([]credential.User, error) {
	users, err := keeper.ListUsers(ctx)
	if err != nil {
		return nil, err
	}
	var passed []credential.User
	for _, user := range users {
		if set.Pass(byID, user.ID) && set.Pass(byName, user.Name) {
			passed = append(passed, user)
		}
	}
	return passed, nil
}

// one reports whether exactly one user was found, and says what was when not.
func one(users []credential.User, set filter.Set, diags *diag.Diagnostics) bool {
	switch len(users) {
	case 1:
		return true
	case 0:
		diags.AddError(notRead, fmt.Sprintf("No user matches %s.\n\nCheck the arguments. The plural data source, `outscale_users`, "+
			"takes an empty list for an answer.", set))
	default:
		names := make([]string, len(users))
		for i, user := range users {
			names[i] = fmt.Sprintf("%s (%s)", user.Name, user.ID)
		}
		diags.AddError(notRead, fmt.Sprintf("%d users match %s: %s.\n\nName one by `user_id` or `user_name`, or use the plural data source, `outscale_users`.",
			len(users), set, strings.Join(names, ", ")))
	}
	return false
}
