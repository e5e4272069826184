package keydata_test

import (
	"testing"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/acctest"
)

// TestKeyAudit_clockIsOff: ages count by the API's clock, on a machine whose clock is behind it.
func TestKeyAudit_clockIsOff(t *testing.T) {
	t.Parallel()
	h := acctest.NewProtocol(t)
	h.Clock = time.Now
	h.Advance(30*day + time.Hour)
	expectKeys(t, h.DataSource(auditData, acctest.Args{}), acctest.Args{"age_days": 30})
}
