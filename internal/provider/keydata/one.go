package keydata

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// One is the data source outscale_access_key: one key. API actions: ReadAccessKeys; ReadUsers if the owner must be found.
type One struct {
	base.DataSourceBase
}

var (
	_ datasource.DataSourceWithConfigure        = (*One)(nil)
	_ datasource.DataSourceWithConfigValidators = (*One)(nil)
)

// NewOne returns the data source.
func NewOne() datasource.DataSource { return &One{base.NewDataSource("access_key")} }

type oneModel struct {
	ID     types.String `tfsdk:"id"`
	Filter types.Set    `tfsdk:"filter"`
	element
}

// Schema is that of the official provider, with the owner, the tag and the expiry.
func (d *One) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The same as `access_key_id`."},
		"access_key_id": schema.StringAttribute{Optional: true, Computed: true,
			MarkdownDescription: "The id of the key. Without `user_name`, the keys of the caller and then those of every user are searched."},
		"user_name": schema.StringAttribute{Optional: true, Computed: true,
			Validators: []validator.String{keyattr.UserNameValidator()},
			MarkdownDescription: "The name of the user whose keys are searched. Default: the caller; with `access_key_id`, every user. " +
				"Null in the result if the caller owns the key."},
		"state": schema.StringAttribute{Optional: true, Computed: true,
			Validators:          []validator.String{stringvalidator.OneOf(string(key.Active), string(key.Inactive))},
			MarkdownDescription: "The state of the key: `ACTIVE` or `INACTIVE`."},
	}
	maps.Copy(attributes, keyAttributes())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one access key. It is an error if no key matches, or more than one. Secrets cannot be read.",
		Attributes:          attributes,
		Blocks:              map[string]schema.Block{"filter": filter.Block(byID, byState, byTag)},
	}
}

// ConfigValidators requires at least one argument.
func (d *One) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(
		path.MatchRoot("access_key_id"), path.MatchRoot("user_name"), path.MatchRoot("state"), path.MatchRoot("filter"),
	)}
}

// Read looks up the key.
func (d *One) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m oneModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	filters := filter.From(ctx, m.Filter, &resp.Diagnostics)
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, keyattr.NotRead, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	if !m.AccessKeyID.IsNull() {
		filters.Limit(byID, []string{m.AccessKeyID.ValueString()})
	}
	if !m.State.IsNull() {
		filters.Limit(byState, []string{m.State.ValueString()})
	}
	asked := question(m.UserName.ValueString(), filters)
	found, err := find(ctx, d.Data.Keys, m.UserName.ValueString(), filters)
	if err != nil {
		diag.Add(&resp.Diagnostics, keyattr.NotRead, "Looking for an access key with "+asked, err)
		return
	}
	if len(found) != 1 {
		resp.Diagnostics.AddError(keyattr.NotRead, notOneText(found, asked))
		return
	}
	m.element = elementOf(found[0], d.Data.Now())
	if m.ID.IsNull() {
		m.ID = m.AccessKeyID
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// notOneText says what was found if it is not exactly one key.
func notOneText(found []key.Key, asked string) string {
	if len(found) == 0 {
		return fmt.Sprintf("No access key matches %s.\n\nCheck the arguments. The plural data source, `outscale_access_keys`, "+
			"accepts an empty result.", asked)
	}
	ids := make([]string, len(found))
	for i, k := range found {
		ids[i] = k.ID
	}
	return fmt.Sprintf("%d access keys match %s: %s.\n\nName one by `access_key_id`, or use the plural data source, `outscale_access_keys`.",
		len(found), asked, strings.Join(ids, ", "))
}

func boolAttribute(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
}

func numberAttribute(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
}
