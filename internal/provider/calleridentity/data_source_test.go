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
