package keyattr

import (
	"context"
	"encoding/json"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// PrivateState is the part of a resource's state that the CLI keeps and does not show. The framework's type for it has no
// name that can be used.
type PrivateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// identityKey is the member of the private state with the identity of the object.
const identityKey = "identity"

// ReadIdentity returns the account and the owner in which the object was created or found, as far as they were recorded.
func ReadIdentity(ctx context.Context, private PrivateState) (identity domain.Identity) {
	text, diags := private.GetKey(ctx, identityKey)
	if !diags.HasError() && len(text) > 0 {
		_ = json.Unmarshal(text, &identity) // what cannot be read is not recorded
	}
	return identity
}

// WriteIdentity records where the object was created or found.
func WriteIdentity(ctx context.Context, private PrivateState, identity domain.Identity, diags *diag.Diagnostics) {
	if identity == ReadIdentity(ctx, private) {
		return
	}
	text, err := json.Marshal(identity)
	if err != nil {
		diags.AddError("Identity not recorded", err.Error())
		return
	}
	diags.Append(private.SetKey(ctx, identityKey, text)...)
}
