package base

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
	"github.com/outscale-access/terraform-provider-outscale/internal/timelimit"
)

// The default timeouts.
const (
	ReadTimeout   = 5 * time.Minute
	ChangeTimeout = 10 * time.Minute
	ListTimeout   = 30 * time.Minute // to read the keys of every owner
)

// TimeoutsBlock is the timeouts block of a managed resource.
func TimeoutsBlock(ctx context.Context) schema.Block {
	block, _ := timeouts.Block(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "How long creating may take, for example `30s` or `2m`. Default: 10 minutes.",
		ReadDescription:   "How long reading may take. Default: 5 minutes. A refresh uses the value of the last apply.",
		UpdateDescription: "How long changing may take. Default: 10 minutes.",
		DeleteDescription: "How long deleting may take. Default: 10 minutes. A deletion uses the value of the last apply.",
	}).(schema.SingleNestedBlock)
	for name, attribute := range block.Attributes {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Validators = append(text.Validators, leastTimeout{})
			block.Attributes[name] = text
		}
	}
	return block
}

// Timeout is the time limit of a request.
type Timeout struct {
	limit timelimit.Limit
	diags diag.Diagnostics // what is wrong with its attribute
}

// Fixed is a timeout that the user cannot set.
func Fixed(limit time.Duration) Timeout { return Timeout{limit: timelimit.Limit{Duration: limit}} }

// Create is the timeout of a creation.
func Create(t timeouts.Value) Timeout { return FromBlock("create", "", t.Create, ChangeTimeout) }

// Update is the timeout of a change.
func Update(t timeouts.Value) Timeout { return FromBlock("update", "", t.Update, ChangeTimeout) }

// Delete is the timeout of a deletion. t is from the state: a deletion has no configuration.
func Delete(t timeouts.Value) Timeout {
	return FromBlock("delete", " and apply it before you destroy the resource, because a deletion uses the block of the last apply", t.Delete, ChangeTimeout)
}

// readTimeout is the timeout of a refresh. t is from the state: a refresh has no configuration.
func readTimeout(t timeouts.Value) Timeout {
	return FromBlock("read", " and apply it once with `-refresh=false`, because a refresh uses the block of the last apply", t.Read, ReadTimeout)
}

// FromBlock is the timeout that value reads from the attribute name of a timeouts block. If the attribute is not set, it is
// fallback. apply is what the user must do after a change of the attribute, as the end of a sentence.
func FromBlock(name, apply string, value func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), fallback time.Duration) Timeout {
	limit, diags := value(noContext, fallback)
	return Timeout{timelimit.Limit{Duration: limit, Remedy: fmt.Sprintf("The limit is `%s` in the `timeouts` block. Set a longer time there%s.", name, apply)}, diags}
}

// leastTimeout refuses a timeout below one second, in which no operation can end. The timeouts package refuses a text that is
// not a duration.
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
