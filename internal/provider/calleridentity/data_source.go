// Package calleridentity is the data source outscale_caller_identity: the owner of the credential that the provider signs
// with.
package calleridentity

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// DataSource is outscale_caller_identity. API actions: ReadAccounts, ReadAccessKeys, ReadUsers.
type DataSource struct {
	base.DataSourceBase
}

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

const notRead = "Caller identity not read"

// New returns the data source.
func New() datasource.DataSource { return &DataSource{base.NewDataSource("caller_identity")} }

type model struct {
	AccountID   types.String `tfsdk:"account_id"`
	AccessKeyID types.String `tfsdk:"access_key_id"`
	UserName    types.String `tfsdk:"user_name"`
	UserID      types.String `tfsdk:"user_id"`
	Root        types.Bool   `tfsdk:"root"`
}

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the account, the user and the access key that the provider signs with.",
		Attributes: map[string]schema.Attribute{
			"account_id":    text("The id of the account. Null when the caller may not read it."),
			"access_key_id": text("The id of the access key that signs. Null when the provider uses a login and a password."),
			"user_name":     text("The name of the EIM user that owns the key. Null for the root account, and when the caller may not read users and their keys."),
			"user_id":       text("The id of the EIM user that owns the key. Null when `user_name` is null."),
			"root":          schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the credential is the root account's. Null when the caller may not read users and their keys."},
		},
	}
}

// Read finds the owner of the key that signs. No action returns the owner, so Read looks for the key among those of every
// user.
func (d *DataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	ctx, end, ok := d.BeginRead(ctx, &resp.Diagnostics, notRead, base.Fixed(base.ReadTimeout))
	if !ok {
		return
	}
	defer end()
	account, err := d.Data.Account.ID(ctx)
	if err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Reading the account", err)
		return
	}
	m := model{AccountID: keyattr.TextOrNull(account), AccessKeyID: keyattr.TextOrNull(d.Data.Signer)}
	if d.Data.Signer == "" { // only the root account has a login
		m.Root = types.BoolValue(true)
	} else if err := d.owner(ctx, &m); err != nil {
		diag.Add(&resp.Diagnostics, notRead, "Looking for the owner of access key "+d.Data.Signer, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// owner sets the owner of the key. If the caller may not read users or their keys, the owner stays null.
func (d *DataSource) owner(ctx context.Context, m *model) error {
	users, err := d.Data.Users.List(ctx)
	if domain.IsNotPermitted(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, u := range users {
		keys, err := d.Data.Keys.List(ctx, key.Owner{UserName: u.Name})
		if domain.IsNotPermitted(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.ID == d.Data.Signer {
				m.UserName, m.UserID, m.Root = types.StringValue(u.Name), types.StringValue(u.ID), types.BoolValue(false)
				return nil
			}
		}
	}
	m.Root = types.BoolValue(true)
	return nil
}
