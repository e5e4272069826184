package duration

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// Summaries of what can be wrong with a duration.
const (
	Summary  = "Duration not understood"
	TooShort = "Duration too short"
)

// Validator refuses, before anything is planned, what is no duration, and one under least. It passes unknown values:
// see [Check].
func Validator(least time.Duration) validator.String { return bounds{least} }

type bounds struct{ least time.Duration }

func (b bounds) Description(context.Context) string {
	return fmt.Sprintf("must be %s; at least %s", Allowed, Words(b.least))
}

func (b bounds) MarkdownDescription(ctx context.Context) string { return b.Description(ctx) }

func (b bounds) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(Check(req.Path, Value{StringValue: req.ConfigValue}, b.least)...)
}

// Check is the validator for a value that became known later, in a plan or in an apply.
func Check(at path.Path, v Value, least time.Duration) (diags diag.Diagnostics) {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	length, err := Parse(v.ValueString())
	switch {
	case err != nil:
		diags.AddAttributeError(at, Summary, fmt.Sprintf("`%s` is %q: %s.\n\nAllowed is %s.", at, v.ValueString(), err, Allowed))
	case length < least:
		diags.AddAttributeError(at, TooShort, fmt.Sprintf("`%s` is %q, and must be at least %s.", at, v.ValueString(), Words(least)))
	}
	return diags
}

// Words writes a length as a sentence has it: whole days where it is whole days.
func Words(length time.Duration) string {
	for _, unit := range []struct {
		length time.Duration
		one    string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if length >= unit.length && length%unit.length == 0 {
			n := int64(length / unit.length)
			if n == 1 {
				return "one " + unit.one
			}
			return fmt.Sprintf("%d %ss", n, unit.one)
		}
	}
	return length.String()
}
