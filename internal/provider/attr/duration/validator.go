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

// Validator refuses at plan time a text that is not a duration, and a duration below least. It accepts unknown values: see [Check].
func Validator(least time.Duration) validator.String { return bounds{least} }

type bounds struct{ least time.Duration }

func (b bounds) Description(context.Context) string {
	return fmt.Sprintf("must be %s; at least %s", Allowed, Words(b.least))
}

func (b bounds) MarkdownDescription(ctx context.Context) string { return b.Description(ctx) }

func (b bounds) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	resp.Diagnostics.Append(Check(req.Path, Value{StringValue: req.ConfigValue}, b.least)...)
}

// Check checks a value that became known later, in a plan or an apply, like the validator.
func Check(at path.Path, v Value, least time.Duration) (diags diag.Diagnostics) {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	length, err := Parse(v.ValueString())
	switch {
	case err != nil:
		diags.AddAttributeError(at, Summary, fmt.Sprintf("`%s` is %q: %s.\n\nAllowed is %s.", at, v.ValueString(), err, Allowed))
	case length < least:
		diags.AddAttributeError(at, TooShort, fmt.Sprintf("`%s` is %q, but must be at least %s.", at, v.ValueString(), Words(least)))
	}
	return diags
}

// Words writes a length for a sentence, in the largest unit of which it is a whole number: "2 days", "one hour".
func Words(length time.Duration) string {
	n, unit := inUnits(length)
	if n == 1 {
		return "one " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// inUnits returns a length in the largest unit of which it is a whole number, at least in seconds.
func inUnits(length time.Duration) (n int64, unit string) {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{day, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if length >= u.length && length%u.length == 0 {
			return int64(length / u.length), u.name
		}
	}
	return int64(length / time.Second), "second"
}
