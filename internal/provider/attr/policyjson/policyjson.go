// Package policyjson has the functions of attributes with a policy document, which are checked at plan time and compared by
// meaning.
package policyjson

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
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

// Plan plans the document of the state if that of the configuration means the same, so that there is no change. It warns of
// unknown actions in another document, or in a new one.
func Plan(ctx context.Context, at path.Path, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var planned, prior types.String
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, at, &planned)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, at, &prior)...)
	}
	switch {
	case planned.IsUnknown() || planned.Equal(prior):
	case policydoc.Equivalent(planned.ValueString(), prior.ValueString()):
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, at, prior)...)
	default:
		if doc, err := policydoc.Parse(planned.ValueString()); err == nil {
			WarnUnknown(&resp.Diagnostics, at, doc)
		}
	}
}

// WarnUnknown warns of actions that the API description does not have. They are not an error, because the API can have newer
// ones.
func WarnUnknown(diags *diag.Diagnostics, at path.Path, doc policydoc.Document) {
	unknown := policydoc.UnknownActions(doc)
	var lines strings.Builder
	for _, u := range unknown {
		lines.WriteString("  - " + u.Action)
		if u.Closest != "" {
			lines.WriteString(" (the most similar action is " + u.Closest + ")")
		}
		lines.WriteString("\n")
	}
	if len(unknown) > 0 {
		diags.AddAttributeWarning(at, "Policy names unknown actions: "+unknown[0].Action, "The description of the API that this provider was built with has no action for:\n\n"+lines.String()+
			"\nA misspelled action allows and denies nothing. The case of letters counts. If the action is newer than this provider, the document works as it is.")
	}
}
