package policylink

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := r.kind.Attributes()
	attributes["policy_orn"] = schema.StringAttribute{
		Required:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		Validators:          []validator.String{keyattr.PolicyORNValidator()},
		MarkdownDescription: "The ORN of the managed policy. A change replaces the link.",
	}
	attributes["id"] = base.KeptText(fmt.Sprintf("The id of the %s and the ORN, with a slash between.", r.kind.Word))
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Links one managed policy to a %s, and leaves its other policies alone. Do not use it for a %[1]s that has `policy` blocks: "+
			"the blocks are the complete list and unlink any other policy, so each undoes the other in every run.", r.kind.Word),
		Attributes: attributes,
		Blocks:     map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}
