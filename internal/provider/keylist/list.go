// Package keylist is the list resource outscale_access_key: the access keys of the account, for `terraform query`.
package keylist

import (
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/accesskey"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/duration"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/identity"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// List is the list resource outscale_access_key. API actions: ReadAccessKeys and ReadAccounts; without an owner also ReadUsers
// and ReadApiAccessPolicy.
type List struct {
	base.ResourceBase
}

var _ list.ListResourceWithConfigure = (*List)(nil)

// notListed is the summary of the errors. It is stable, so that users can search for it.
const notListed = "Access keys not listed"

// New returns the list resource.
func New() list.ListResource { return &List{base.NewResource("access_key")} }

// model has the filters. A null filter passes every key.
type model struct {
	UserName  types.String   `tfsdk:"user_name"`
	UserID    types.String   `tfsdk:"user_id"`
	State     types.String   `tfsdk:"state"`
	Tag       types.String   `tfsdk:"tag"`
	Expired   types.Bool     `tfsdk:"expired"`
	OlderThan duration.Value `tfsdk:"older_than"`
}

var codec base.Codec[accesskey.Model]

// ListResourceConfigSchema implements list.ListResource.
func (l *List) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the access keys of the account with their identities. Without an owner, it lists the keys of the caller and of every user.",
		Attributes: map[string]schema.Attribute{
			"user_name": schema.StringAttribute{
				Optional: true,
				Validators: []validator.String{
					stringvalidator.RegexMatches(keyattr.UserName, "must be the name of a user"),
					stringvalidator.ConflictsWith(path.MatchRoot("user_id")),
				},
				MarkdownDescription: "Only the keys of the user with this name.",
			},
			"user_id": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(keyattr.ObjectID, "must be the id of a user")},
				MarkdownDescription: "Only the keys of the user with this id. Conflicts with `user_name`.",
			},
			"state": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(key.Active), string(key.Inactive))},
				MarkdownDescription: "Only the keys in this state, `ACTIVE` or `INACTIVE`. An expired key keeps its state.",
			},
			"tag":     schema.StringAttribute{Optional: true, MarkdownDescription: "Only the keys with this tag. `\"\"` lists the keys without a tag."},
			"expired": schema.BoolAttribute{Optional: true, MarkdownDescription: "`true` lists only expired keys, `false` only the others."},
			"older_than": schema.StringAttribute{
				CustomType: duration.Type{}, Optional: true,
				Validators:          []validator.String{duration.Validator(time.Minute)},
				MarkdownDescription: "Only the keys that were created longer ago than this: " + duration.Allowed + ".",
			},
		},
	}
}

// List reads all keys, then returns those that pass the filters: first the keys of the caller, then those of the users by name.
func (l *List) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m model
	var diags diag.Diagnostics
	diags.Append(req.Config.Get(ctx, &m)...)
	found := l.find(ctx, m, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	var results []list.ListResult
	if len(diags) > 0 {
		results = append(results, list.ListResult{Diagnostics: diags})
	}
	if req.Limit > 0 { // a result that only warns does not count
		found = found[:min(int64(len(found)), req.Limit)]
	}
	for _, k := range found {
		results = append(results, result(ctx, req, k, l.Data.Now()))
	}
	stream.Results = slices.Values(results)
}

// find returns the keys that pass the filters, with their identities.
func (l *List) find(ctx context.Context, m model, diags *diag.Diagnostics) (passed []key.Key) {
	ctx, end, ok := l.BeginRead(ctx, diags, notListed, base.Fixed(base.ListTimeout))
	if !ok {
		return nil
	}
	defer end()
	all, err := l.read(ctx, m, diags)
	if err != nil {
		diag.Add(diags, notListed, "Listing access keys", err)
		return nil
	}
	account := l.Data.AccountID(ctx)
	for _, k := range all {
		if m.passes(k, l.Data.Now()) {
			k.Identity.AccountID = account
			passed = append(passed, k)
		}
	}
	return passed
}

// read reads the keys of the owner, or of the account.
func (l *List) read(ctx context.Context, m model, diags *diag.Diagnostics) ([]key.Key, error) {
	owner := key.Owner{UserName: m.UserName.ValueString(), UserID: m.UserID.ValueString()}
	if owner != (key.Owner{}) {
		keys, err := l.Data.Keys.List(ctx, owner)
		for i := range keys {
			keys[i].Identity = l.Data.Keys.Identify(ctx, keys[i])
		}
		return keys, err
	}
	report, err := l.Data.Account.Audit(ctx, l.Data.Keys, l.Data.Users)
	if err != nil {
		return nil, err
	}
	keyattr.WarnUnseen(report, "listed", diags)
	var keys []key.Key
	for _, k := range report.Keys {
		k.Identity.UserID = k.UserID
		keys = append(keys, k.Key)
	}
	return keys, nil
}

// passes reports whether a key passes the filters.
func (m model) passes(k key.Key, now time.Time) bool {
	age, aged := m.OlderThan.Meaning()
	switch {
	case !m.State.IsNull() && m.State.ValueString() != string(k.State),
		!m.Tag.IsNull() && m.Tag.ValueString() != k.Tag,
		!m.Expired.IsNull() && m.Expired.ValueBool() != k.Expired(now),
		aged && !k.Created.Before(now.Add(-age)):
		return false
	}
	return true
}

// result returns a key with the parts that the CLI requests.
func result(ctx context.Context, req list.ListRequest, k key.Key, now time.Time) list.ListResult {
	r := req.NewListResult(ctx)
	r.DisplayName = k.ID
	if k.UserName != "" {
		r.DisplayName = k.UserName + "/" + k.ID
	}
	identity.Set(ctx, r.Identity, map[string]string{
		"account_id": k.Identity.AccountID, "user_id": k.Identity.UserID, "access_key_id": k.ID,
	}, &r.Diagnostics)
	if req.IncludeResource {
		codec.Encode(r.Resource.Schema, &r.Resource.Raw, accesskey.Found(k, now), &r.Diagnostics)
	}
	return r
}
