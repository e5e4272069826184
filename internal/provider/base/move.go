package base

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// officialTypes are the resource types that the official provider (1.8.0) also has, with the same attributes.
var officialTypes = []string{
	"outscale_access_key", "outscale_user", "outscale_user_group", "outscale_policy", "outscale_policy_version", "outscale_api_access_rule",
	"outscale_api_access_policy", "outscale_ca",
}

// IsMovedFrom reports whether a moved block names a resource of this type of this provider or of the official one, and its state
// could be read with the source schema. The attribute request_id, which only the official provider has, is ignored.
//
// GOTCHA: the host of the address is that of the CLI's registry, and older versions of OpenTofu (1.11.6) pass the prefix of the
// type, "outscale", in place of the address.
func IsMovedFrom(req resource.MoveStateRequest, typeName string) bool {
	if req.SourceTypeName != typeName || req.SourceState == nil {
		return false
	}
	address := "/" + req.SourceProviderAddress
	return strings.HasSuffix(address, "/outscale-access/outscale") ||
		slices.Contains(officialTypes, typeName) && (address == "/outscale" || strings.HasSuffix(address, "/outscale/outscale"))
}

// TakeOver returns the state mover of a resource whose address and provider change in one step. If only the provider changes,
// the CLI calls UpgradeState instead.
func TakeOver(ctx context.Context, r resource.Resource) resource.StateMover {
	var name resource.MetadataResponse
	var source resource.SchemaResponse
	r.Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "outscale"}, &name)
	r.Schema(ctx, resource.SchemaRequest{}, &source)
	return resource.StateMover{
		SourceSchema: &source.Schema,
		StateMover: func(_ context.Context, req resource.MoveStateRequest, resp *resource.MoveStateResponse) {
			if IsMovedFrom(req, name.TypeName) {
				resp.TargetState.Raw = req.SourceState.Raw
			}
		},
	}
}
