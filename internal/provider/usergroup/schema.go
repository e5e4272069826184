package usergroup

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/policyblock"
)

// Schema is the official provider's, with `force_destroy`.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a group of EIM users. Its members and its managed policies are either all in `user` and `policy` blocks here, or, " +
			"without such a block, in resources of their own, `outscale_user_group_membership` and `outscale_user_group_policy_link`, which several " +
			"configurations can share.",
		Attributes: map[string]schema.Attribute{
			"user_group_name": schema.StringAttribute{
				Required:            true,
				Validators:          []validator.String{keyattr.NameValidator()},
				MarkdownDescription: "The name of the group: 1 to 128 letters, digits and `+=,.@_-`, unique in the account. Changed in place: members and policies stay.",
			},
			"path": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString("/"),
				Validators:          keyattr.PathValidators(),
				MarkdownDescription: "The path of the group, which starts and ends with a slash. Default: `/`. Changed in place.",
			},
			"force_destroy": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether a destroy of the group also removes its members, linked policies and inline policies, including those that Terraform does not manage. " +
					"Default: `false`: a destroy fails while the group has any that its blocks do not name. " +
					"Set it and apply before the destroy.",
			},
			"user_group_id":          base.KeptText("The id of the group. It stays the same when the group is renamed."),
			"id":                     base.KeptText("The same as `user_group_id`."),
			"orn":                    schema.StringAttribute{Computed: true, MarkdownDescription: "The OUTSCALE resource name of the group. A rename changes it."},
			"creation_date":          base.KeptDate("The date and time (UTC) at which the group was created."),
			"last_modification_date": base.Date("The date and time (UTC) at which the group was last modified."),
		},
		Blocks: map[string]schema.Block{
			userBlock:        memberBlock(),
			policyblock.Name: policyblock.Block("user group"),
			"timeouts":       base.TimeoutsBlock(ctx),
		},
	}
}
