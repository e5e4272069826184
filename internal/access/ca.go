package access

import (
	"context"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// CAs returns every certificate authority (ReadCas), from a read that the process shares.
func (s *Service) CAs(ctx context.Context) ([]api.CA, error) {
	cas, err := s.cas.Get(ctx, everything, s.api.ReadCAs)
	return slices.Clone(cas), err
}

// CA returns a certificate authority, from the shared read; what that lacks is read again before it is believed to be gone.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) CA(ctx context.Context, id string, recorded domain.Identity) (api.CA, error) {
	for range 2 {
		cas, err := s.CAs(ctx)
		if err != nil {
			return api.CA{}, err
		}
		if i := slices.IndexFunc(cas, func(c api.CA) bool { return c.ID == id }); i >= 0 {
			return cas[i], nil
		}
		s.cas.Drop(everything)
	}
	return api.CA{}, domain.BelieveGone(ctx, s.account, &domain.GoneError{Kind: domain.KindCA, ID: id}, recorded)
}

// CreateCA uploads a certificate (CreateCa). When the answer is lost the authorities are read: a new one with the same
// fingerprint and description is the one that was created.
//
// Errors: *domain.AmbiguousError, or the API's.
func (s *Service) CreateCA(ctx context.Context, pem, fingerprint, description string) (api.CA, error) {
	return createUnnamed(ctx, s.opts, unnamed[api.CA]{
		action: "CreateCa",
		list:   s.api.ReadCAs,
		create: func(ctx context.Context) (api.CA, error) { return s.api.CreateCA(ctx, pem, description) },
		id:     func(c api.CA) string { return c.ID },
		like:   func(c api.CA) bool { return c.Fingerprint == fingerprint && c.Description == description },
		done:   func() { s.cas.Drop(everything) },
	})
}

// UpdateCA changes the description of a certificate authority (UpdateCa).
func (s *Service) UpdateCA(ctx context.Context, id, description string) (api.CA, error) {
	defer s.cas.Drop(everything)
	return s.api.UpdateCA(ctx, id, description)
}

// DeleteCA deletes a certificate authority (DeleteCa). One that is already gone is success; the API refuses while a rule
// names it.
func (s *Service) DeleteCA(ctx context.Context, id string, recorded domain.Identity) error {
	err := s.api.DeleteCA(ctx, id)
	s.cas.Drop(everything)
	if !api.IsNotFound(err) {
		return err
	}
	if _, proof := s.CA(ctx, id, recorded); domain.IsGone(proof) {
		return nil
	} else if proof != nil {
		return proof
	}
	return err
}
