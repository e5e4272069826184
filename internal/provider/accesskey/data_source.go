package accesskey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/credential"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diagnose"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/session"
)

// The filters that both data sources know. The first two are the official provider's.
const (
	byID    = "access_key_ids"
	byState = "states"
	byTag   = "tags"
)

// DataSource is the data source outscale_access_key: one key. API actions: ReadAccessKeys; ReadUsers where the owner
// has to be found.
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
	AccessKeyID          types.String `tfsdk:"access_key_id"`
	UserName             types.String `tfsdk:"user_name"`
	State                types.String `tfsdk:"state"`
	Filter               types.Set    `tfsdk:"filter"`
	Tag                  types.String `tfsdk:"tag"`
	Expired              types.Bool   `tfsdk:"expired"`
	ExpirationDate       types.String `tfsdk:"expiration_date"`
	CreationDate         types.String `tfsdk:"creation_date"`
	LastModificationDate types.String `tfsdk:"last_modification_date"`
}

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_access_key"
}

// Schema is the official provider's, with the owner, the tag and the expiry added.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	computed := func(text string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: text}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Looks one access key up. Exactly one key must match: none, or several, is an error that says what was found. " +
			"The secret of a key cannot be looked up.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "The same as `access_key_id`."},
			"access_key_id": schema.StringAttribute{Optional: true, Computed: true,
				MarkdownDescription: "The id of the key. Without `user_name`, the caller's own keys are looked at first, then every user's."},
			"user_name": schema.StringAttribute{Optional: true, Computed: true,
				Validators: []validator.String{stringvalidator.RegexMatches(userName, "must be the name of a user (leave the argument out for the caller's own keys)")},
				MarkdownDescription: "The name of the user whose keys are looked at. Default: the caller's own keys, unless the key's id is given. " +
					"Empty in the result when the key is the caller's own."},
			"state": schema.StringAttribute{Optional: true, Computed: true,
				Validators:          []validator.String{stringvalidator.OneOf(string(credential.Active), string(credential.Inactive))},
				MarkdownDescription: "The state of the key: `ACTIVE` or `INACTIVE`."},
			"tag":                    computed("The tag of the key; empty when it has none."),
			"expired":                schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether `expiration_date` has passed; `state` does not tell."},
			"expiration_date":        computed("The date and time (UTC) at which the key expires; empty when it does not."),
			"creation_date":          computed("The date and time (UTC) at which the key was created."),
			"last_modification_date": computed("The date and time (UTC) at which the key was last modified."),
		},
		Blocks: map[string]schema.Block{"filter": filter.Block(byID, byState, byTag)},
	}
}

// ConfigValidators asks for something to look for.
func (d *DataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{datasourcevalidator.AtLeastOneOf(
		path.MatchRoot("access_key_id"), path.MatchRoot("user_name"), path.MatchRoot("state"), path.MatchRoot("filter"),
	)}
}

// Configure takes the session.
func (d *DataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.session = session.From(req.ProviderData, &resp.Diagnostics)
}

// Read looks the key up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m dataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	set := filter.From(ctx, m.Filter, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.session.Ready(&resp.Diagnostics, notRead) {
		return
	}
	if !m.AccessKeyID.IsNull() {
		set.Limit(byID, []string{m.AccessKeyID.ValueString()})
	}
	if !m.State.IsNull() {
		set.Limit(byState, []string{m.State.ValueString()})
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	defer d.session.WarnClock(&resp.Diagnostics)
	keys, err := look(ctx, d.session.Keeper, m.UserName.ValueString(), set)
	if err != nil {
		diagnose.Add(&resp.Diagnostics, notRead, "Looking for an access key with "+asked(m.UserName.ValueString(), set), err)
		return
	}
	if !one(keys, m.UserName.ValueString(), set, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m.of(keys[0], d.session.Now()))...)
}

// of takes over what the API says of the key.
func (m dataModel) of(key credential.Key, now time.Time) dataModel {
	if m.ID.IsNull() {
		m.ID = types.StringValue(key.ID)
	}
	e := elementOf(key, now)
	m.AccessKeyID, m.UserName, m.State, m.Tag, m.Expired = e.AccessKeyID, e.UserName, e.State, e.Tag, e.Expired
	m.ExpirationDate, m.CreationDate, m.LastModificationDate = e.ExpirationDate, e.CreationDate, e.LastModificationDate
	return m
}

// look returns the keys that pass. A single id without an owner is looked for everywhere.
func look(ctx context.Context, keeper *credential.Keeper, owner string, set filter.Set) ([]credential.Key, error) {
	var keys []credential.Key
	var err error
	if ids := set[byID]; owner == "" && len(ids) == 1 {
		var key credential.Key
		key, err = keeper.Find(ctx, ids[0])
		keys = []credential.Key{key}
		var gone *credential.GoneError
		if errors.As(err, &gone) {
			return nil, nil
		}
	} else {
		keys, err = keeper.List(ctx, credential.Owner{UserName: owner})
	}
	if err != nil {
		return nil, err
	}
	var passed []credential.Key
	for _, key := range keys {
		if set.Pass(byID, key.ID) && set.Pass(byState, string(key.State)) && set.Pass(byTag, key.Tag) {
			passed = append(passed, key)
		}
	}
	return passed, nil
}

// one reports whether exactly one key was found, and says what was when not.
func one(keys []credential.Key, owner string, set filter.Set, diags *diag.Diagnostics) bool {
	switch len(keys) {
	case 1:
		return true
	case 0:
		diags.AddError(notRead, fmt.Sprintf("No access key matches %s.\n\nCheck the arguments. The plural data source, `outscale_access_keys`, "+
			"takes an empty list for an answer.", asked(owner, set)))
	default:
		ids := make([]string, len(keys))
		for i, key := range keys {
			ids[i] = key.ID
		}
		diags.AddError(notRead, fmt.Sprintf("%d access keys match %s: %s.\n\nName one by `access_key_id`, or use the plural data source, `outscale_access_keys`.",
			len(keys), asked(owner, set), strings.Join(ids, ", ")))
	}
	return false
}

// asked says what was looked for.
func asked(owner string, set filter.Set) string {
	var parts []string
	if owner != "" {
		parts = append(parts, "user_name = "+owner)
	}
	if text := set.String(); text != "" {
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "the caller as owner"
	}
	return strings.Join(parts, "; ")
}
