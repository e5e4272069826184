package accesspolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/numberplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/number"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// maxSeconds is the largest lifetime, a hundred years (official).
const maxSeconds = 3_153_600_000

// Schema is the official provider's, with `allow_lockout`, without its request_id, and with two arguments optional.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the API access policy of the account. An account has exactly one, so use one resource of this type: " +
			"several of them undo each other's changes. A destroy changes nothing at the API: it only removes the policy from the state.",
		Attributes: map[string]schema.Attribute{
			"max_access_key_expiration_seconds": schema.NumberAttribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Number{numberplanmodifier.UseStateForUnknown()},
				Validators:    []validator.Number{number.Whole(0, maxSeconds)},
				MarkdownDescription: "The longest remaining lifetime that an access key of the account may have, in seconds: 0 to 3153600000 (100 years). " +
					"With 0 a key may live forever. Otherwise every key must have an expiration date, and the API refuses a value that an existing key exceeds. " +
					"If it is left out, the value stays. Changed in place.",
			},
			"require_trusted_env": schema.BoolAttribute{
				Optional: true, Computed: true,
				PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether a trusted session is required: needs a `max_access_key_expiration_seconds` above 0, and a certificate authority in every " +
					"API access rule. If it is left out, the value stays. Changed in place.",
			},
			"allow_lockout": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to allow a change that locks this provider out: a lifetime that its own access key exceeds, or a trusted " +
					"session without a client certificate. Default: `false`: the plan refuses it.",
			},
			"id": base.KeptText("An id of the resource. The API has none."),
		},
		Blocks: map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

// ValidateConfig refuses a trusted session without a limit on the life of keys.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var seconds types.Number
	var trusted types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("max_access_key_expiration_seconds"), &seconds)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("require_trusted_env"), &trusted)...)
	if trusted.ValueBool() && !seconds.IsNull() && !seconds.IsUnknown() && number.Int64(seconds) == 0 {
		resp.Diagnostics.AddAttributeError(path.Root("require_trusted_env"), notValid,
			"A trusted session needs a limit on the life of access keys: `max_access_key_expiration_seconds` must be above 0.")
	}
}
