package isodate

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Summary is the summary of diagnostics about the form of a date.
const Summary = "Date not understood"

// Validator refuses at plan time a text that is neither a date nor a date-time. It accepts "" (no date) and unknown values.
func Validator() validator.String { return format{} }

type format struct{}

func (format) Description(context.Context) string               { return "must be " + Allowed }
func (f format) MarkdownDescription(ctx context.Context) string { return f.Description(ctx) }

func (format) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || req.ConfigValue.ValueString() == "" {
		return
	}
	text := req.ConfigValue.ValueString()
	if _, err := Parse(text); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, Summary,
			fmt.Sprintf("`%s` is %q: %s.\n\nAllowed is %s. Leave the argument out, or write \"\", for no date.", req.Path, text, err, Allowed))
	}
}
