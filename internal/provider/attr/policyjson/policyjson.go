// Package policyjson has the functions of attributes with a policy document, which are checked at plan time and compared by
// meaning.
package policyjson

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// Validator accepts a policy document.
func Validator() validator.String { return documentValidator{} }

type documentValidator struct{}

func (documentValidator) Description(context.Context) string { return "must be a policy document" }

func (v documentValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (documentValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := policydoc.Parse(req.ConfigValue.ValueString()); err != nil {
		words := err.Error()
		resp.Diagnostics.AddAttributeError(req.Path, "Policy document not valid", strings.ToUpper(words[:1])+words[1:]+
			".\n\nThe data source `outscale_policy_document` creates documents from HCL.")
	}
}

// Keep returns the document of the state if that of the API means the same, and otherwise the document of the API.
func Keep(state, found string) string {
	if policydoc.Equivalent(state, found) {
		return state
	}
	return found
}

// KeepEquivalent plans the document of the state if that of the configuration means the same, so that there is no change.
func KeepEquivalent(ctx context.Context, at path.Path, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() {
		return
	}
	var planned, prior types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &planned)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &prior)...)
	if !planned.IsUnknown() && !planned.Equal(prior) && policydoc.Equivalent(planned.ValueString(), prior.ValueString()) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, prior)...)
	}
}
