package rotatingkey

import (
	"context"
	"encoding/json"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/provider/base"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// The members of the private state besides the identity.
const (
	// readAtKey is the moment at which the key was last read. A plan is made twice: once to be shown, and again when it is
	// applied, in another process and maybe a day later, which knows the API's clock only after its first call. Both must be
	// the same, or the CLI refuses the second. Therefore a plan goes by this moment and never by a clock. What counts from
	// now is computed by apply.
	readAtKey = "looked_at"
	// adoptedKey is set for a key that was imported or moved from another resource, until the first apply.
	adoptedKey = "adopted"
)

func writeReadAt(ctx context.Context, private base.PrivateState, now time.Time, diags *diag.Diagnostics) {
	text, _ := json.Marshal(now.UTC()) // it cannot fail for a year of four digits
	diags.Append(private.SetKey(ctx, readAtKey, text)...)
}

// readAt is the moment at which the key was last read; false where none is recorded, as for a key that is not created yet.
func readAt(ctx context.Context, private base.PrivateState) (at time.Time, recorded bool) {
	text, diags := private.GetKey(ctx, readAtKey)
	recorded = !diags.HasError() && text != nil && json.Unmarshal(text, &at) == nil
	return at, recorded
}

func writeAdopted(ctx context.Context, private base.PrivateState, adopted bool, diags *diag.Diagnostics) {
	if adopted != isAdopted(ctx, private) {
		text, _ := json.Marshal(adopted) // a bool cannot fail
		diags.Append(private.SetKey(ctx, adoptedKey, text)...)
	}
}

func isAdopted(ctx context.Context, private base.PrivateState) (adopted bool) {
	text, _ := private.GetKey(ctx, adoptedKey)
	return json.Unmarshal(text, &adopted) == nil && adopted
}
