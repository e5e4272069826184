package inlinepolicy

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/keyattr"
)

// Schema implements resource.Resource.
func (r *Resource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := r.kind.Attributes()
	attributes["policy_name"] = schema.StringAttribute{
		Required:            true,
		PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
		Validators:          []validator.String{keyattr.NameValidator()},
		MarkdownDescription: fmt.Sprintf("The name of the policy: 1 to 128 letters, digits and `+=,.@_-`, unique among the %s's inline policies. A change replaces the policy.", r.kind.Word),
	}
	attributes["document"] = schema.StringAttribute{
		Required:   true,
		Validators: []validator.String{policyjson.Validator()},
		MarkdownDescription: "The policy document as JSON, at most 5120 characters without white space; see the data source `outscale_policy_document`. " +
			"Documents are compared by meaning: white space and order make no difference. Changed in place.",
	}
	attributes["id"] = base.KeptText(fmt.Sprintf("The id of the %s and the name of the policy, with a slash between.", r.kind.Word))
	resp.Schema = schema.Schema{
		MarkdownDescription: fmt.Sprintf("Manages one inline policy of a %s, and does not change its other policies.", r.kind.Word),
		Attributes:          attributes,
		Blocks:              map[string]schema.Block{"timeouts": base.TimeoutsBlock(ctx)},
	}
}
