package accesspolicy_test

import (
	"testing"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

func TestAPIAccessPolicyData_read(t *testing.T) {
	h := acctest.NewProtocol(t)
	h.DataSource(typeName, nil).Expect(acctest.Args{seconds: 0, trusted: false, "id": "api_access_policy"})
	expiring(h)
	h.Resource(typeName, acctest.Args{seconds: year, trusted: false})
	h.DataSource(typeName, nil).Expect(acctest.Args{seconds: year, trusted: false, "id": "api_access_policy"})
}
