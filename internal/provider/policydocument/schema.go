package policydocument

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema implements datasource.DataSource.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	texts := func(description string, more ...validator.List) schema.ListAttribute {
		return schema.ListAttribute{
			ElementType: types.StringType, Optional: true, MarkdownDescription: description,
			Validators: append(more, listvalidator.NoNullValues()),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes a policy document from HCL, without a call to the API.",
		Attributes: map[string]schema.Attribute{
			"source_policy_documents": texts("Documents, as JSON, whose statements come first. Among them a `sid` may occur once. " +
				"A `statement` of this data source with the same `sid` replaces theirs. A single string in place of a list is accepted; `json` has lists."),
			"override_policy_documents": texts("Documents, as JSON, that are applied last, in order. A statement with the same `sid` " +
				"as an earlier one replaces it; others are added."),
			"validate": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether to warn about rights that allow privilege escalation, about wildcards that cover a whole " +
					"service, and about unknown actions of the API. Defaults to `true`. The form of the document is always checked.",
			},
			"json": schema.StringAttribute{Computed: true, MarkdownDescription: "The document in canonical JSON."},
		},
		Blocks: map[string]schema.Block{"statement": schema.ListNestedBlock{
			MarkdownDescription: "A statement. An explicit `Deny` overrides every `Allow`.",
			NestedObject: schema.NestedBlockObject{Attributes: map[string]schema.Attribute{
				"sid": schema.StringAttribute{Optional: true, MarkdownDescription: "A name that is unique in the document."},
				"effect": schema.StringAttribute{
					Optional: true, MarkdownDescription: "`Allow` or `Deny`. Defaults to `Allow`.",
					Validators: []validator.String{stringvalidator.OneOf("Allow", "Deny")},
				},
				"actions": texts("The actions, as `service:Call`, for example `api:ReadAccessKeys`. `*` is a wildcard. One of `actions` and "+
					"`not_actions` is required.", listvalidator.SizeAtLeast(1)),
				"not_actions": texts("Every action but these.", listvalidator.SizeAtLeast(1)),
				"resources":   texts("The resources. Defaults to `[\"*\"]`, the value that the API documents.", listvalidator.SizeAtLeast(1)),
			}},
		}},
	}
}
