package user

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/blockset"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/identity"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Query is the list resource outscale_user: the users of the account, for `terraform query`. API actions: ReadUsers, all
// pages, and ReadAccounts.
type Query struct {
	base.ResourceBase
}

var _ list.ListResourceWithConfigure = (*Query)(nil)

var pathPrefix = regexp.MustCompile(`^/`)

const notListed = "Users not listed"

// NewQuery returns the list resource.
func NewQuery() list.ListResource { return &Query{base.NewResource("user")} }

// queryModel is a configuration: the filters. A missing filter accepts every user.
type queryModel struct {
	PathPrefix types.String `tfsdk:"path_prefix"`
	NamePrefix types.String `tfsdk:"user_name_prefix"`
}

// ListResourceConfigSchema implements list.ListResource.
func (q *Query) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the EIM users of the account, each with its identity, oldest first.",
		Attributes: map[string]schema.Attribute{
			"path_prefix": schema.StringAttribute{
				Optional:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(pathPrefix, "must start with a slash")},
				MarkdownDescription: "Only the users whose path begins with this: `/team/` lists the users in `/team/` and below.",
			},
			"user_name_prefix": schema.StringAttribute{Optional: true, MarkdownDescription: "Only the users whose name begins with this."},
		},
	}
}

// List reads all users, and then returns those that match.
func (q *Query) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var m queryModel
	var diags diag.Diagnostics
	diags.Append(req.Config.Get(ctx, &m)...)
	results := q.results(ctx, req, m, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = slices.Values(results)
}

func (q *Query) results(ctx context.Context, req list.ListRequest, m queryModel, diags *diag.Diagnostics) (results []list.ListResult) {
	ctx, end, ok := q.BeginRead(ctx, diags, notListed, base.Fixed(base.ListTimeout))
	if !ok {
		return nil
	}
	defer end()
	users, err := q.Data.Users.List(ctx)
	if err != nil {
		diag.Add(diags, notListed, "Listing users", err)
		return nil
	}
	account := q.Data.AccountID(ctx)
	for _, u := range users {
		if req.Limit > 0 && int64(len(results)) >= req.Limit {
			break
		}
		if strings.HasPrefix(u.Path, m.PathPrefix.ValueString()) && strings.HasPrefix(u.Name, m.NamePrefix.ValueString()) {
			results = append(results, q.result(ctx, req, account, u))
		}
	}
	return results
}

// result returns one user in the form that the CLI asks for, with the values of an import.
func (q *Query) result(ctx context.Context, req list.ListRequest, account string, u user.User) list.ListResult {
	r := req.NewListResult(ctx)
	r.DisplayName = u.Name
	identity.Set(ctx, r.Identity, map[string]string{"account_id": account, "user_id": u.ID}, &r.Diagnostics)
	if req.IncludeResource {
		m := model{}.withUser(u)
		m.Policy = blockset.Encode(ctx, policyblock.Type(), []policyblock.Element{}, &r.Diagnostics)
		codec.Encode(r.Resource.Schema, &r.Resource.Raw, m, &r.Diagnostics)
	}
	return r
}
