package keydata

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
)

// List is the data source outscale_access_keys: all keys that match. API actions: ReadAccessKeys; ReadUsers if owners must be
// found.
type List struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*List)(nil)

const listNotRead = "Access keys not read"

// NewList returns the data source.
func NewList() datasource.DataSource { return &List{base.NewDataSource("access_keys")} }

type listModel struct {
	ID           types.String `tfsdk:"id"`
	AccessKeyIDs types.List   `tfsdk:"access_key_ids"`
	States       types.List   `tfsdk:"states"`
	UserName     types.String `tfsdk:"user_name"`
	Filter       types.Set    `tfsdk:"filter"`
	AccessKeys   []element    `tfsdk:"access_keys"`
}

// Schema is that of the official provider, with the owner, the tag and the expiry.
func (d *List) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the access keys of one owner. If no key matches, the list is empty. Secrets cannot be read.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Optional: true, Computed: true,
				MarkdownDescription: "An id of the query. The same arguments give the same id in every run."},
			"user_name": schema.StringAttribute{Optional: true,
				Validators:          []validator.String{keyattr.UserNameValidator()},
				MarkdownDescription: "The name of the user whose keys are listed. Default: the caller. With `access_key_ids`, the keys of every user are searched by default."},
			"access_key_ids": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.NoNullValues()},
				MarkdownDescription: "The ids of the keys to list. Default: all."},
			"states": schema.ListAttribute{Optional: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf(string(key.Active), string(key.Inactive)))},
				MarkdownDescription: "The states of the keys to list. Valid values are `ACTIVE` and `INACTIVE`. Default: both."},
			"access_keys": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The keys that match, oldest first.",
				NestedObject:        schema.NestedAttributeObject{Attributes: listedAttributes()},
			},
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byID, byState, byTag)},
	}
}

// listedAttributes are those of a key in a list.
func listedAttributes() map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"access_key_id": lookup.Text("The id of the key."),
		"user_name":     lookup.Text("The name of the owner. Null if it is the caller."),
		"state":         lookup.Text("The state of the key: `ACTIVE` or `INACTIVE`."),
	}
	maps.Copy(attributes, keyAttributes())
	return attributes
}

// keyAttributes are the computed attributes of both data sources.
func keyAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"tag":                    lookup.Text("The tag of the key. Null if it has none."),
		"expired":                boolAttribute("Whether `expiration_date` has passed. The API does not change the `state` of an expired key."),
		"expiration_date":        lookup.Text("The date and time (UTC) at which the key expires. Null if it does not."),
		"creation_date":          lookup.Text("The date and time (UTC) at which the key was created."),
		"last_modification_date": lookup.Text("The date and time (UTC) of the last change."),
	}
}

// Read lists the keys.
func (d *List) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	filters := filter.From(ctx, m.Filter, &resp.Diagnostics)
	limitTo(ctx, filters, byID, m.AccessKeyIDs, &resp.Diagnostics)
	limitTo(ctx, filters, byState, m.States, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, listNotRead, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	owner := m.UserName.ValueString()
	found, err := find(ctx, d.Data.Keys, owner, filters)
	if err != nil {
		diag.Add(&resp.Diagnostics, listNotRead, "Looking for access keys with "+question(owner, filters), err)
		return
	}
	m.AccessKeys = []element{}
	for _, k := range found {
		m.AccessKeys = append(m.AccessKeys, elementOf(k, d.Data.Now()))
	}
	if m.ID.IsNull() {
		m.ID = types.StringValue(filters.ID("access keys", owner))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// limitTo adds an argument to the filters, unless it is null.
func limitTo(ctx context.Context, filters filter.Set, name string, argument types.List, diags *diag.Diagnostics) {
	if argument.IsNull() {
		return
	}
	var values []string
	diags.Append(argument.ElementsAs(ctx, &values, false)...)
	filters.Limit(name, values)
}
