package accesspolicy

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/filter"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/lookup"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/providerdata"
)

// NewOne returns the data source outscale_api_access_policy. API action: ReadApiAccessPolicy.
var NewOne = policies.One("api_access_policy", "api_access_policy", "Reads the API access policy of the account.")

var policies = lookup.Kind[access.Policy]{
	Singular: "API access policy", Plural: "the API access policy", ID: func(access.Policy) string { return theID },
	Attributes: map[string]schema.Attribute{
		"max_access_key_expiration_seconds": schema.Int64Attribute{Computed: true,
			MarkdownDescription: "The longest remaining lifetime that an access key of the account may have, in seconds. With 0 a key may live forever."},
		"require_trusted_env": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether a trusted session is required."},
	},
	Values: func(p access.Policy) map[string]attr.Value {
		return map[string]attr.Value{
			"max_access_key_expiration_seconds": types.Int64Value(int64(p.KeyLifetime / time.Second)), "require_trusted_env": types.BoolValue(p.RequireTrustedEnv),
		}
	},
	Find: func(ctx context.Context, d *providerdata.Data, _ filter.Set) ([]access.Policy, error) {
		found, err := d.Access.AccessPolicy(ctx)
		return []access.Policy{found}, err
	},
}
