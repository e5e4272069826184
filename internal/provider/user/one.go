package user

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// The filters that both data sources know. The first is the official provider's.
const (
	byID   = "user_ids"
	byName = "user_names"
)

// One is the data source outscale_user: one user. API action: ReadUsers, all pages.
type One struct {
	base.DataSourceBase
}

var (
	_ datasource.DataSourceWithConfigure        = (*One)(nil)
	_ datasource.DataSourceWithConfigValidators = (*One)(nil)
)

// NewOne returns the data source.
func NewOne() datasource.DataSource { return &One{base.NewDataSource("user")} }

type oneModel struct {
	ID                   types.String `tfsdk:"id"`
	UserID               types.String `tfsdk:"user_id"`
	UserName             types.String `tfsdk:"user_name"`
	Filter               types.Set    `tfsdk:"filter"`
	Path                 types.String `tfsdk:"path"`
	UserEmail            types.String `tfsdk:"user_email"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

// Schema is the official provider's, where user_id and user_name can also be asked for.
func (d *One) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
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
func (d *One) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(
		path.MatchRoot("user_id"), path.MatchRoot("user_name"), path.MatchRoot("filter"),
	)}
}

// Read looks the user up.
func (d *One) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m oneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	filters := filter.From(ctx, m.Filter, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, notRead, base.Fixed(base.ReadTimeout), 0)
	if !ok {
		return
	}
	defer end()
	if !m.UserID.IsNull() {
		filters.Limit(byID, []string{m.UserID.ValueString()})
	}
	if !m.UserName.IsNull() {
		filters.Limit(byName, []string{m.UserName.ValueString()})
	}
	users, err := find(ctx, d.Data.Users, filters)
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Looking for a user with "+filters.String(), err)
		return
	}
	if len(users) != 1 {
		resp.Diagnostics.AddError(notRead, notOneText(users, filters.String()))
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

func elementOf(found user.User) element {
	return element{
		UserID:               types.StringValue(found.ID),
		UserName:             types.StringValue(found.Name),
		Path:                 types.StringValue(found.Path),
		UserEmail:            types.StringValue(found.Email),
		CreationDate:         isodate.Of(&found.Created).StringValue,
		LastModificationDate: isodate.Of(&found.Modified).StringValue,
	}
}

// find returns the users that pass, from all pages.
func find(ctx context.Context, users providerdata.Users, filters filter.Set) ([]user.User, error) {
	all, err := users.List(ctx)
	if err != nil {
		return nil, err
	}
	var passed []user.User
	for _, u := range all {
		if filters.Pass(byID, u.ID) && filters.Pass(byName, u.Name) {
			passed = append(passed, u)
		}
	}
	return passed, nil
}

// notOneText says what was found in place of one user.
func notOneText(found []user.User, asked string) string {
	if len(found) == 0 {
		return fmt.Sprintf("No user matches %s.\n\nCheck the arguments. The plural data source, `outscale_users`, accepts an empty result.", asked)
	}
	names := make([]string, len(found))
	for i, u := range found {
		names[i] = fmt.Sprintf("%s (%s)", u.Name, u.ID)
	}
	return fmt.Sprintf("%d users match %s: %s.\n\nName one by `user_id` or `user_name`, or use the plural data source, `outscale_users`.",
		len(found), asked, strings.Join(names, ", "))
}
