package accesskey

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/isodate"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// ListDataSource is the data source outscale_access_keys: all keys of an owner that match. API action: ReadAccessKeys.
type ListDataSource struct {
	session *session.Session
}

var _ datasource.DataSourceWithConfigure = (*ListDataSource)(nil)

const listNotRead = "Access keys not read"

// NewListDataSource returns the data source.
func NewListDataSource() datasource.DataSource { return &ListDataSource{} }

type listModel struct {
	ID           types.String `tfsdk:"id"`
	AccessKeyIDs types.List   `tfsdk:"access_key_ids"`
	States       types.List   `tfsdk:"states"`
	UserName     types.String `tfsdk:"user_name"`
	Filter       types.Set    `tfsdk:"filter"`
	AccessKeys   []element    `tfsdk:"access_keys"`
}

// element is one key of the list.
type element struct {
	AccessKeyID          types.String `tfsdk:"access_key_id"`
	UserName             types.String `tfsdk:"user_name"`
	State                types.String `tfsdk:"state"`
	Tag                  types.String `tfsdk:"tag"`
	Expired              types.Bool   `tfsdk:"expired"`
	ExpirationDate       types.String `tfsdk:"expiration_date"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

func elementOf(key credential.Key, now time.Time) element {
	return element{
		AccessKeyID:          types.StringValue(key.ID),
		UserName:             textOrNull(key.UserName),
		State:                types.StringValue(string(key.State)),
		Tag:                  textOrNull(key.Tag),
		Expired:              types.BoolValue(key.Expired(now)),
		ExpirationDate:       isodate.Of(key.Expires).StringValue,
		CreationDate:         isodate.Of(&key.Created).StringValue,
		LastModificationDate: isodate.Of(&key.Modified).StringValue,
	}
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_keys"
}

// Schema is the official provider's, with the owner, the tag and the expiry added.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the access keys of one owner. When no key matches, the list is empty. The secrets of keys cannot be looked up.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Optional: true, Computed: true,
				MarkdownDescription: "An id of the question: the same arguments give the same id in every run."},
			"user_name": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{stringvalidator.RegexMatches(userName, "must be the name of a user (leave the argument out for the caller's own keys)")},
				MarkdownDescription: "The name of the user whose keys are listed. Default: the caller's own keys; a single id in `access_key_ids` is looked for among every user's."},
			"access_key_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "The ids of the keys to list. Default: all."},
			"states": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.ValueStringsAre(stringvalidator.OneOf(string(credential.Active), string(credential.Inactive)))},
				MarkdownDescription: "The states of the keys to list: `ACTIVE`, `INACTIVE`. Default: both."},
			"access_keys": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The keys that match, oldest first.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"access_key_id":          computed("The id of the key."),
					"user_name":              computed("The name of the owner; empty when it is the caller."),
					"state":                  computed("The state of the key: `ACTIVE` or `INACTIVE`."),
					"tag":                    computed("The tag of the key; empty when it has none."),
					"expired":                schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether `expiration_date` has passed; `state` does not tell."},
					"expiration_date":        computed("The date and time (UTC) at which the key expires; empty when it does not."),
					"creation_date":          computed("The date and time (UTC) at which the key was created."),
					"last_modification_date": computed("The date and time (UTC) at which the key was last modified."),
				}},
			},
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byID, byState, byTag)},
	}
}

// Configure takes the session.
func (d *ListDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Read lists the keys.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	set := filter.From(ctx, m.Filter, &resp.Diagnostics)
	limit(ctx, set, byID, m.AccessKeyIDs, &resp.Diagnostics)
	limit(ctx, set, byState, m.States, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.Ready(&resp.Diagnostics, listNotRead) {
		return
	}
	owner := m.UserName.ValueString()
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	defer d.session.WarnClock(&resp.Diagnostics)
	keys, err := look(ctx, d.session.Keeper, owner, set)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, listNotRead, "Looking for access keys with "+asked(owner, set), err)
		return
	}
	m.AccessKeys = []element{}
	for _, key := range keys {
		m.AccessKeys = append(m.AccessKeys, elementOf(key, d.session.Now()))
	}
	if m.ID.IsNull() {
		m.ID = types.StringValue(set.ID("access keys", owner))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// limit adds an argument to the filters; one that is left out limits nothing.
func limit(ctx context.Context, set filter.Set, name string, argument types.List, diags *diag.Diagnostics) {
	if argument.IsNull() {
		return
	}
	var values []string
	diags.Append(argument.ElementsAs(ctx, &values, false)...)
	set.Limit(name, values)
}
