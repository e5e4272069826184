package calleridentity_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestCallerIdentity_root(t *testing.T) {
	h := acctest.NewProtocol(t)
	data := h.DataSource("outscale_caller_identity", nil)
	data.Expect(acctest.Args{"root": true, "user_name": nil, "user_id": nil})
	if len(data.Get("account_id").(string)) != 12 || data.Get("access_key_id") == nil {
		t.Errorf("account %v, key %v", data.Get("account_id"), data.Get("access_key_id"))
	}
}

// TestCallerIdentity_unknownOwner: without the right to read the keys of users, the owner is null.
func TestCallerIdentity_unknownOwner(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.CreateUser("alice")
	h.SetFaults(acctest.Refusal("ReadAccessKeys"))
	h.DataSource("outscale_caller_identity", nil).Expect(acctest.Args{"access_key_id": acctest.NotNull, "user_name": nil, "user_id": nil, "root": nil})
}
