package accesskey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// A plan is made twice: once to be shown, and again when it is applied, in another process and maybe a day later, which
// knows the API's clock only after its first call. Both must come out the same, or the CLI refuses the second. Therefore
// a plan goes by the moment at which the key was last looked at, kept beside the state, and never by a clock. What counts
// from now is counted by apply.

// lookedAtKey is where in the private state that moment is.
const lookedAtKey = "looked_at"

// privateState is the part of a resource's state that the CLI keeps and does not show.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// noteTime keeps the moment at which the key was looked at.
func noteTime(ctx context.Context, private privateState, now time.Time) diag.Diagnostics {
	text, _ := json.Marshal(now.UTC()) // of a time in this millennium it cannot fail
	return private.SetKey(ctx, lookedAtKey, text)
}

// lookedAt is the moment at which the key was last looked at; false where none is kept, as for a key that is not made yet.
func lookedAt(ctx context.Context, private privateState) (at time.Time, kept bool) {
	text, diags := private.GetKey(ctx, lookedAtKey)
	kept = !diags.HasError() && text != nil && json.Unmarshal(text, &at) == nil
	return at, kept
}
