package managedpolicy

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// maxDescription is the length of the longest description (official).
const maxDescription = 1000

// Schema is the official provider's, with `force_detach`.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaces := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a managed policy of the account.",
		Attributes: map[string]schema.Attribute{
			"policy_name": schema.StringAttribute{
				Required: true, PlanModifiers: replaces,
				Validators:          []validator.String{keyattr.NameValidator()},
				MarkdownDescription: "The name of the policy: 1 to 128 letters, digits and `+=,.@_-`, unique in the account. A change replaces the policy: see [Replacement](#replacement).",
			},
			"path": schema.StringAttribute{
				Optional: true, Computed: true, PlanModifiers: []planmodifier.String{pathLeftOut{}, stringplanmodifier.RequiresReplace()},
				Validators: keyattr.PathValidators(),
				MarkdownDescription: "The path of the policy, which starts and ends with a slash. Default: `/` for a new policy. A change replaces the policy. " +
					"If you remove the argument, the policy keeps its path.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplaceIf(otherText, otherTextReplaces, otherTextReplaces)},
				Validators:          []validator.String{stringvalidator.LengthAtMost(maxDescription)},
				MarkdownDescription: "A description of at most 1000 characters. Default: none; `\"\"` means the same. A change replaces the policy.",
			},
			"document": schema.StringAttribute{
				Required: true, Validators: []validator.String{policyjson.Validator()},
				MarkdownDescription: "The policy document as JSON, at most 5120 characters without white space; see the data source `outscale_policy_document`. " +
					"It becomes version `v1`. Changed in place: a new version is created, which becomes the default if the old one was, and then the old one is deleted, " +
					"so that links stay. The argument shows the version that this resource manages, even if `outscale_policy_version` makes another one the default. " +
					"After an import that is the version in the id of the import, or else the default version at that time. " +
					"If that version is deleted outside of Terraform, the resource manages the default version from then on. Documents are compared by meaning: white space and order make no difference.",
			},
			"force_detach": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a destroy of the policy also ends its links to users and groups, including those that Terraform does not manage. " +
					"Default: `false`: a destroy fails while the policy is linked. Set it and apply before the destroy. If you remove the policy together with its " +
					"`policy` blocks, `create_before_destroy` in the `lifecycle` block works too: the blocks are then changed first.",
			},
			"id":        base.KeptText("The same as `orn`."),
			"orn":       base.KeptText("The OUTSCALE resource name of the policy."),
			"policy_id": base.KeptText("The id of the policy."),
			"policy_default_version_id": base.KeptText("The default version: its document decides rights. `outscale_policy_version` with `set_as_default` makes a version the default, and keeps it. " +
				"If somebody makes another version the default outside of Terraform, this resource plans no change. To be warned, compare `document` in a `check` block with that of the data source `outscale_policy`."),
			"is_linkable": schema.BoolAttribute{
				Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether the policy can be linked to users and groups.",
			},
			"resources_count": schema.Int64Attribute{
				Computed: true, PlanModifiers: []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
				MarkdownDescription: "The number of users and groups that the policy is linked to.",
			},
			"creation_date":          base.KeptDate("The date and time (UTC) at which the policy was created."),
			"last_modification_date": base.KeptDate("The date and time (UTC) at which the policy was last modified."),
		},
		Blocks: map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}

// pathLeftOut plans "/" for a new policy without a `path`, and keeps the path of an existing one: the official provider does
// not change a policy whose `path` is removed, and a replacement would unlink it.
type pathLeftOut struct{}

func (pathLeftOut) Description(context.Context) string {
	return "\"/\" for a new policy, and the path of an existing one"
}

func (m pathLeftOut) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (pathLeftOut) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	switch {
	case !req.ConfigValue.IsNull():
	case req.State.Raw.IsNull():
		resp.PlanValue = types.StringValue("/")
	default:
		resp.PlanValue = req.StateValue
	}
}

const otherTextReplaces = "Another text replaces the policy."

// otherText asks for a replacement, except between null, which older states have, and "".
func otherText(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	resp.RequiresReplace = req.PlanValue.IsUnknown() || req.PlanValue.ValueString() != req.StateValue.ValueString()
}
