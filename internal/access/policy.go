package access

import "context"

// OnPolicyChange registers a function that the service calls after each change of the access policy.
func (s *Service) OnPolicyChange(fn func()) { s.onLimit = fn }

// AccessPolicy returns the account's API access policy (ReadApiAccessPolicy). It is not cached.
func (s *Service) AccessPolicy(ctx context.Context) (Policy, error) {
	return s.api.ReadAPIAccessPolicy(ctx)
}

// SetAccessPolicy replaces the account's API access policy (UpdateApiAccessPolicy). The API refuses a lifetime that an
// existing key exceeds (A33).
func (s *Service) SetAccessPolicy(ctx context.Context, want Policy) (Policy, error) {
	defer s.onLimit()
	return s.api.UpdateAPIAccessPolicy(ctx, want)
}

// HasCertificate reports whether the calls carry a client certificate.
func (s *Service) HasCertificate() bool { return len(s.api.CertificateChain()) > 0 }
