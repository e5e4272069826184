package policydocument

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
)

// model is the data source's configuration and state.
type model struct {
	Sources    types.List   `tfsdk:"source_policy_documents"`
	Overrides  types.List   `tfsdk:"override_policy_documents"`
	Validate   types.Bool   `tfsdk:"validate"`
	JSON       types.String `tfsdk:"json"`
	Statements []statement  `tfsdk:"statement"`
}

type statement struct {
	SID        types.String `tfsdk:"sid"`
	Effect     types.String `tfsdk:"effect"`
	Actions    types.List   `tfsdk:"actions"`
	NotActions types.List   `tfsdk:"not_actions"`
	Resources  types.List   `tfsdk:"resources"`
}

// document merges the statements with the other documents and checks the result.
func (m model) document(ctx context.Context, diags *diag.Diagnostics) policydoc.Document {
	sources := parse(ctx, m.Sources, path.Root("source_policy_documents"), diags)
	overrides := parse(ctx, m.Overrides, path.Root("override_policy_documents"), diags)
	var own policydoc.Document
	for _, s := range m.Statements {
		own.Statements = append(own.Statements, s.statement(ctx, diags))
	}
	if diags.HasError() {
		return policydoc.Document{}
	}
	if len(own.Statements) > 0 {
		if err := own.Validate(); err != nil {
			addInvalid(diags, path.Root("statement"), err)
			return policydoc.Document{}
		}
	}
	doc, err := policydoc.Merge(sources, own, overrides)
	if err != nil {
		addInvalid(diags, path.Root("source_policy_documents"), err)
		return policydoc.Document{}
	}
	if err := doc.Validate(); err != nil {
		addInvalid(diags, path.Root("statement"), err)
	}
	return doc
}

// parse reads documents. An empty text is left out, so that a module can pass an optional document.
func parse(ctx context.Context, list types.List, at path.Path, diags *diag.Diagnostics) []policydoc.Document {
	var docs []policydoc.Document
	for i, text := range texts(ctx, list, diags) {
		if text == "" {
			continue
		}
		doc, err := policydoc.Parse(text)
		if err != nil {
			addInvalid(diags, at.AtListIndex(i), err)
			continue
		}
		docs = append(docs, doc)
	}
	return docs
}

func (s statement) statement(ctx context.Context, diags *diag.Diagnostics) policydoc.Statement {
	effect := policydoc.Allow
	if !s.Effect.IsNull() {
		effect = policydoc.Effect(s.Effect.ValueString())
	}
	resources := texts(ctx, s.Resources, diags)
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	return policydoc.Statement{
		SID: s.SID.ValueString(), Effect: effect, Resource: resources,
		Action: texts(ctx, s.Actions, diags), NotAction: texts(ctx, s.NotActions, diags),
	}
}

func texts(ctx context.Context, list types.List, diags *diag.Diagnostics) []string {
	var items []string
	diags.Append(list.ElementsAs(ctx, &items, false)...)
	return items
}
