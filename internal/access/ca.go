package access

import (
	"context"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// CAs returns every certificate authority (ReadCas), from a read that the process shares.
func (s *Service) CAs(ctx context.Context) ([]CA, error) {
	cas, err := s.cas.Get(ctx, everything, s.api.ReadCAs)
	return slices.Clone(cas), err
}

// CA returns a certificate authority, from the shared read. If that has no such authority, CA reads them again before it
// returns a GoneError.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) CA(ctx context.Context, id string, recorded domain.Identity) (CA, error) {
	return find(ctx, s, s.cas, s.CAs, func(c CA) bool { return c.ID == id }, &domain.GoneError{Kind: domain.KindCA, ID: id}, recorded)
}

// CreateCA uploads a certificate (CreateCa). If the answer is lost, CreateCA reads the authorities: a new one with the same
// fingerprint and description is the result.
//
// Errors: *domain.LostAnswerError, or the API's.
func (s *Service) CreateCA(ctx context.Context, pem, fingerprint, description string) (CA, error) {
	return createUnnamed(ctx, s.opts, unnamed[CA]{
		action: "CreateCa",
		list:   s.api.ReadCAs,
		create: func(ctx context.Context) (CA, error) { return s.api.CreateCA(ctx, pem, description) },
		id:     func(c CA) string { return c.ID },
		like:   func(c CA) bool { return c.Fingerprint == fingerprint && c.Description == description },
		done:   func() { s.cas.Drop(everything) },
	})
}

// UpdateCA changes the description of a certificate authority (UpdateCa).
func (s *Service) UpdateCA(ctx context.Context, id, description string) (CA, error) {
	defer s.cas.Drop(everything)
	return s.api.UpdateCA(ctx, id, description)
}

// CAInUseError says that a certificate authority was not deleted because rules name it.
type CAInUseError struct {
	RuleIDs []string
	Err     error // the refusal of the API
}

func (e *CAInUseError) Error() string { return e.Err.Error() }

func (e *CAInUseError) Unwrap() error { return e.Err }

// DeleteCA deletes a certificate authority (DeleteCa). It succeeds if the authority is already gone. The API refuses while
// a rule names it (A12).
//
// Errors: *CAInUseError, *domain.IdentityMismatchError, or the API's.
func (s *Service) DeleteCA(ctx context.Context, id string, recorded domain.Identity) error {
	err := s.api.DeleteCA(ctx, id)
	s.cas.Drop(everything)
	if api.IsConflict(err) {
		return s.inUse(ctx, id, err)
	}
	return deleted(ctx, err, s.CA, id, recorded)
}

// inUse adds the rules that name a certificate authority to the refusal to delete it.
func (s *Service) inUse(ctx context.Context, id string, refusal error) error {
	used := &CAInUseError{Err: refusal}
	rules, err := s.api.ReadAPIAccessRules(ctx)
	for _, r := range rules {
		if slices.Contains(r.CAIDs, id) {
			used.RuleIDs = append(used.RuleIDs, r.ID)
		}
	}
	if err != nil || len(used.RuleIDs) == 0 {
		return refusal
	}
	return used
}
