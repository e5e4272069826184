package base

import (
	"context"
	"encoding/json"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/provider/diag"
)

// PrivateState is the private state of a resource. The framework's type for it is internal.
type PrivateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// ReadPrivate returns a member of the private state, or the zero value if there is none that can be read.
func ReadPrivate[T any](private PrivateState, name string) (value T) {
	text, _ := private.GetKey(noContext, name)
	_ = json.Unmarshal(text, &value)
	return value
}

// WritePrivate sets a member of the private state, unless it has the value.
func WritePrivate[T comparable](private PrivateState, name string, value T, diags *diag.Diagnostics) {
	if value == ReadPrivate[T](private, name) {
		return
	}
	text, err := json.Marshal(value)
	diag.AddDefect(diags, err)
	diags.Append(private.SetKey(noContext, name, text)...)
}

// identityKey is the member of the private state with the identity of the object.
const identityKey = "identity"

// ReadIdentity returns the recorded account and owner of the object. Members that were not recorded are empty.
func ReadIdentity(private PrivateState) domain.Identity {
	return ReadPrivate[domain.Identity](private, identityKey)
}

// WriteIdentity records the account and the owner of the object. An empty identity is not recorded.
func WriteIdentity(private PrivateState, identity domain.Identity, diags *diag.Diagnostics) {
	if identity != (domain.Identity{}) {
		WritePrivate(private, identityKey, identity, diags)
	}
}
