// Package policydocument is the data source outscale_policy_document: a policy document written as HCL. It makes no call.
package policydocument

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/outscale-access/terraform-provider-outscale/internal/policydoc"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/attr/policyjson"
)

var _ datasource.DataSource = (*DataSource)(nil)

// DataSource is outscale_policy_document.
type DataSource struct{}

// New returns the data source.
func New() datasource.DataSource { return &DataSource{} }

// Metadata implements datasource.DataSource.
func (d *DataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_policy_document"
}

// The summaries of the errors and warnings.
const (
	summaryInvalid    = "Policy document not valid"
	summaryEscalation = "Policy allows privilege escalation"
	summaryWildcard   = "Policy allows whole services"
)

// Read writes the document. If every value is known, the CLI calls Read at plan, so that the warnings come before apply.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	doc := m.document(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if m.Validate.IsNull() || m.Validate.ValueBool() {
		warn(&resp.Diagnostics, doc)
		policyjson.WarnUnknown(&resp.Diagnostics, path.Empty(), doc)
	}
	m.JSON = types.StringValue(doc.JSON())
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// warn adds a warning for each kind of right that a reviewer should check.
func warn(diags *diag.Diagnostics, doc policydoc.Document) {
	const off = "\n\nIf that is intended, set `validate` to false to turn this warning off."
	if actions := policydoc.Escalations(doc); len(actions) > 0 {
		diags.AddWarning(summaryEscalation, "With these actions its users can give themselves, or a key that they control, "+
			"other rights:\n\n"+bullets(actions)+off)
	}
	if patterns := policydoc.Wildcards(doc); len(patterns) > 0 {
		diags.AddWarning(summaryWildcard, "These patterns cover every action of a service, also actions that the service "+
			"gets later:\n\n"+bullets(patterns)+"\n\nName the actions, or use narrower patterns such as `api:Read*`."+off)
	}
}

func bullets(items []string) string { return "  - " + strings.Join(items, "\n  - ") }

// addInvalid reports a document that is not valid.
func addInvalid(diags *diag.Diagnostics, at path.Path, err error) {
	text := err.Error()
	diags.AddAttributeError(at, summaryInvalid, fmt.Sprintf("%s%s.", strings.ToUpper(text[:1]), text[1:]))
}
