package accessrule

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/access"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
)

// Schema is the official provider's, with `allow_lockout` and without its request_id.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	set := func(each validator.String, description string) schema.SetAttribute {
		return schema.SetAttribute{
			ElementType: types.StringType, Optional: true, Computed: true, MarkdownDescription: description,
			Default:    setdefault.StaticValue(types.SetValueMust(types.StringType, nil)),
			Validators: []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(each)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an API access rule: the addresses and client certificates that may call the API. A call is allowed if it " +
			"meets all criteria of one rule. The API refuses to delete the last rule of an account.",
		Attributes: map[string]schema.Attribute{
			"ip_ranges": set(rangeValidator{}, "The addresses that may call the API, as CIDR ranges or single addresses. Default: any address. "+
				"One of `ip_ranges` and `ca_ids` is required. Changed in place."),
			"ca_ids": set(stringvalidator.LengthAtLeast(1), "The ids of certificate authorities, one of which must have issued the client certificate. "+
				"Default: no certificate is required. Changed in place."),
			"cns": set(stringvalidator.LengthAtLeast(1), "The common names that the client certificate may have; needs `ca_ids`. Default: any name. Changed in place."),
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "A description. Default: none, and an existing one is removed. Changed in place.",
			},
			"allow_lockout": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a change or a destroy may leave no rule that allows the calls of this provider. Default: `false`: the plan refuses it. " +
					"The plan takes the address of these calls from the log of the API (right `api:ReadApiLogs`). If the log does not have it, a " +
					"warning says that nothing was checked. A destroy uses the value that was applied last.",
			},
			"api_access_rule_id": base.KeptText("The id of the rule."),
			"id":                 base.KeptText("The same as `api_access_rule_id`."),
		},
		Blocks: map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

// ValidateConfig refuses rules that the API refuses: without a criterion, or with names but no authority.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var ranges, cas, names types.Set
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("ip_ranges"), &ranges)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("ca_ids"), &cas)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("cns"), &names)...)
	empty := func(s types.Set) bool { return !s.IsUnknown() && len(s.Elements()) == 0 }
	if !empty(cas) {
		return
	}
	if empty(ranges) {
		resp.Diagnostics.AddError(notValid, "The rule has neither `ip_ranges` nor `ca_ids`. Write one of them.")
	}
	if !empty(names) {
		resp.Diagnostics.AddAttributeError(path.Root("cns"), notValid, "`cns` needs `ca_ids`: without an authority no client certificate is required.")
	}
}

type rangeValidator struct{}

func (rangeValidator) Description(context.Context) string {
	return "must be an address or a CIDR range, such as 192.0.2.0/24"
}

func (v rangeValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v rangeValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, ok := access.ParseRange(req.ConfigValue.ValueString()); !ok {
		resp.Diagnostics.AddAttributeError(req.Path, notValid, "An item of `ip_ranges` "+v.Description(ctx)+", got "+req.ConfigValue.String()+".")
	}
}
