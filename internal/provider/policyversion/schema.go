package policyversion

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Schema is the official provider's.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a version of a managed policy, in addition to version `v1`, which the creation of the policy makes. " +
			"A policy has at most 5 versions. Its default version decides rights.",
		Attributes: map[string]schema.Attribute{
			"policy_orn": schema.StringAttribute{
				Required:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
				Validators:          []validator.String{keyattr.PolicyORNValidator()},
				MarkdownDescription: "The ORN of the policy. A change replaces the version: see [Replacement](#replacement).",
			},
			"document": schema.StringAttribute{
				Required: true, Validators: []validator.String{policyjson.Validator()},
				MarkdownDescription: "The policy document as JSON, at most 5120 characters without white space; see the data source `outscale_policy_document`. " +
					"Documents are compared by meaning: white space and order make no difference. Changed in place: a new version is created, which becomes the default " +
					"if the old one was or if `set_as_default` is true, and then the old one is deleted.",
			},
			"set_as_default": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether this version is the default version of the policy. If true, an apply makes it the default again whenever another one is. " +
					"If false or left out, this resource does not manage which version is the default, and a default version stays the default. Changed in place.",
			},
			"default_version": schema.BoolAttribute{
				Computed: true, PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseStateForUnknown()},
				MarkdownDescription: "Whether this is the default version of the policy.",
			},
			"version_id":    base.KeptText("The version: `v2`, `v3` and so on. Numbers only grow."),
			"body":          base.KeptText("The document as the API has it."),
			"id":            base.KeptText("The ORN of the policy and the version, with a slash between."),
			"creation_date": base.KeptDate("The date and time (UTC) at which the version was created."),
		},
		Blocks: map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}
