package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// IdentitySchemas returns the schemas of the resource identities, by type of resource.
func (h *Protocol) IdentitySchemas() map[string]*tfprotov6.ResourceIdentitySchema {
	h.t.Helper()
	answer, err := h.server().GetResourceIdentitySchemas(h.context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	h.NoError(err)
	got := Diagnostics{t: h.t}
	got.add(answer.Diagnostics)
	got.ExpectNoErrors()
	return answer.IdentitySchemas
}

func (h *Protocol) identityType(typeName string) tftypes.Type {
	h.t.Helper()
	schema, ok := h.IdentitySchemas()[typeName]
	if !ok {
		h.t.Fatalf("%s has no identity", typeName)
	}
	return schema.ValueType()
}

// ImportByIdentity is Import of the object with this identity, as an import block with `identity` does.
func (h *Protocol) ImportByIdentity(typeName string, identity Args) (*Resource, Diagnostics) {
	h.t.Helper()
	return h.importWith(typeName, &tfprotov6.ImportResourceStateRequest{
		Identity: &tfprotov6.ResourceIdentityData{IdentityData: dynamic(toValue(h.identityType(typeName), identity))},
	})
}

// Identity returns the resource identity in the state, or nil if it has none.
func (r *Resource) Identity() Args {
	r.h.t.Helper()
	return r.h.identityOf(r.Type, r.state.identity)
}

func (h *Protocol) identityOf(typeName string, packed *tfprotov6.ResourceIdentityData) Args {
	h.t.Helper()
	if packed == nil || packed.IdentityData == nil {
		return nil
	}
	value, err := packed.IdentityData.Unmarshal(h.identityType(typeName))
	h.NoError(err)
	identity, _ := fromValue(value).(map[string]any)
	return identity
}

// ForgetIdentity removes the identity from the state, as a CLI without resource identities does.
func (r *Resource) ForgetIdentity() { r.state.identity = nil }

// ForgetPrivate removes the private data from the state, as in the state of another provider.
func (r *Resource) ForgetPrivate() { r.state.private = nil }
