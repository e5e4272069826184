package base

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// leastTimeout refuses a timeout below one second, in which no operation can end. The timeouts package refuses a text that is
// no duration.
type leastTimeout struct{}

var _ validator.String = leastTimeout{}

// Description describes the check.
func (leastTimeout) Description(context.Context) string { return "must be at least 1s" }

// MarkdownDescription describes the check.
func (l leastTimeout) MarkdownDescription(ctx context.Context) string { return l.Description(ctx) }

// ValidateString checks a known value.
func (leastTimeout) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	limit, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err == nil && limit < time.Second {
		resp.Diagnostics.AddAttributeError(req.Path, "Timeout too short", fmt.Sprintf("`%s` is %q, but must be at least 1s.", req.Path, req.ConfigValue.ValueString()))
	}
}
