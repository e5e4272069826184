package user

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
)

// userEmail is what the API accepts as an e-mail address (docs/dev/reference.md).
var userEmail = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// Schema is the official provider's, with `force_destroy`.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an EIM user. Its managed policies are either all in `policy` blocks here, or, without such a block, in resources " +
			"of their own such as `outscale_user_policy_link`, which several configurations can share.",
		Attributes: resourceAttributes(),
		Blocks: map[string]schema.Block{
			policyblock.Name: policyblock.Block("user"),
			"timeouts":       base.TimeoutsBlock(ctx),
		},
	}
}

func resourceAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"user_name": schema.StringAttribute{
			Required:   true,
			Validators: []validator.String{keyattr.UserValidator()},
			MarkdownDescription: "The name of the user: 1 to 64 letters, digits and `+=,.@_-`, unique in the account whatever the path. " +
				"Changed in place: the user is renamed and keeps its id, its keys and its memberships.",
		},
		"path": schema.StringAttribute{
			Optional:            true,
			Computed:            true,
			Default:             stringdefault.StaticString("/"),
			Validators:          keyattr.PathValidators(),
			MarkdownDescription: "The path of the user, which starts and ends with a slash: 1 to 512 letters, digits, `_` and `/`. Default: `/`. Changed in place.",
		},
		"user_email": schema.StringAttribute{
			Optional:      true,
			Computed:      true,
			Validators:    []validator.String{stringvalidator.RegexMatches(userEmail, "must be an e-mail address (leave the argument out for the account's)")},
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			MarkdownDescription: "The e-mail address of the user. Default: a new user gets the e-mail address of the account. " +
				"Changed in place. If you remove it from the configuration, the address stays.",
		},
		"force_destroy": schema.BoolAttribute{
			Optional: true,
			MarkdownDescription: "Whether a destroy of the user also removes its access keys (deactivated, then deleted), memberships, linked policies and inline policies, " +
				"including those that Terraform does not manage. Default: `false`: a destroy fails while the user has any of them other than inline policies. " +
				"Set it and apply before the destroy.",
		},
		"user_id":                base.KeptText("The id of the user. It stays the same when the user is renamed."),
		"id":                     base.KeptText("The same as `user_id`."),
		"creation_date":          base.KeptDate("The date and time (UTC) at which the user was created."),
		"last_modification_date": base.Date("The date and time (UTC) at which the user was last modified."),
	}
}
