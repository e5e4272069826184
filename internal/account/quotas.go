package account

import (
	"context"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Quota is a limit of the account or of one of its resources, and what is used of it.
type Quota = api.Quota

// QuotaFilter says which quotas are read.
type QuotaFilter = api.QuotaFilter

// Quotas returns the quotas that match, and the id of the last answer (ReadQuotas, all pages). They are not cached, because
// what is used changes within a run.
func (s *Service) Quotas(ctx context.Context, f QuotaFilter) ([]Quota, string, error) {
	return s.api.ReadQuotas(ctx, f)
}
