// Package access keeps an account's API access rules and the certificate authorities that they name: from where, and with
// which client certificates, the API may be called.
package access

import (
	"context"
	"net/netip"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// API is what the service needs of the OUTSCALE API; *api.Client has it.
type API interface {
	CreateAPIAccessRule(ctx context.Context, rule api.AccessRule) (api.AccessRule, error)
	ReadAPIAccessRules(ctx context.Context) ([]api.AccessRule, error)
	UpdateAPIAccessRule(ctx context.Context, rule api.AccessRule) (api.AccessRule, error)
	DeleteAPIAccessRule(ctx context.Context, id string) error
	CreateCA(ctx context.Context, pem, description string) (api.CA, error)
	ReadCAs(ctx context.Context) ([]api.CA, error)
	UpdateCA(ctx context.Context, id, description string) (api.CA, error)
	DeleteCA(ctx context.Context, id string) error
}

var _ API = (*api.Client)(nil)

// Service is the access rules and certificate authorities of one account. It is safe for concurrent use; one serves a
// whole process.
type Service struct {
	api     API
	account domain.Account
	opts    domain.Options
	rules   *cache.Reads[[]api.AccessRule] // one entry
	cas     *cache.Reads[[]api.CA]         // one entry
}

// everything is the one entry of both caches.
const everything = ""

// New returns the service. It makes no call.
func New(client API, account domain.Account, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	return &Service{
		api: client, account: account, opts: opts,
		rules: cache.New[[]api.AccessRule](opts.Now, opts.ReadTTL),
		cas:   cache.New[[]api.CA](opts.Now, opts.ReadTTL),
	}
}

// Rules returns every access rule (ReadApiAccessRules), from a read that the process shares.
func (s *Service) Rules(ctx context.Context) ([]api.AccessRule, error) {
	rules, err := s.rules.Get(ctx, everything, s.api.ReadAPIAccessRules)
	return slices.Clone(rules), err
}

// Rule returns a rule, from the shared read; what that lacks is read again before it is believed to be gone.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Rule(ctx context.Context, id string, recorded domain.Identity) (api.AccessRule, error) {
	for range 2 {
		rules, err := s.Rules(ctx)
		if err != nil {
			return api.AccessRule{}, err
		}
		if i := slices.IndexFunc(rules, func(r api.AccessRule) bool { return r.ID == id }); i >= 0 {
			return rules[i], nil
		}
		s.rules.Drop(everything)
	}
	return api.AccessRule{}, domain.BelieveGone(ctx, s.account, &domain.GoneError{Kind: domain.KindAccessRule, ID: id}, recorded)
}

// CreateRule creates a rule (CreateApiAccessRule). When the answer is lost the rules are read: a new one that is as asked
// is the one that was created.
//
// Errors: *domain.AmbiguousError, or the API's.
func (s *Service) CreateRule(ctx context.Context, want api.AccessRule) (api.AccessRule, error) {
	return createUnnamed(ctx, s.opts, unnamed[api.AccessRule]{
		action: "CreateApiAccessRule",
		list:   s.api.ReadAPIAccessRules,
		create: func(ctx context.Context) (api.AccessRule, error) { return s.api.CreateAPIAccessRule(ctx, want) },
		id:     func(r api.AccessRule) string { return r.ID },
		like:   func(r api.AccessRule) bool { return SameRule(r, want) },
		done:   func() { s.rules.Drop(everything) },
	})
}

// UpdateRule replaces a rule as a whole (UpdateApiAccessRule).
func (s *Service) UpdateRule(ctx context.Context, rule api.AccessRule) (api.AccessRule, error) {
	defer s.rules.Drop(everything)
	return s.api.UpdateAPIAccessRule(ctx, rule)
}

// DeleteRule deletes a rule (DeleteApiAccessRule). A rule that is already gone is success.
func (s *Service) DeleteRule(ctx context.Context, id string, recorded domain.Identity) error {
	defer s.rules.Drop(everything)
	err := s.api.DeleteAPIAccessRule(ctx, id)
	if !api.IsNotFound(err) {
		return err
	}
	s.rules.Drop(everything)
	if _, proof := s.Rule(ctx, id, recorded); domain.IsGone(proof) {
		return nil
	} else if proof != nil {
		return proof
	}
	return err
}

// SameRule reports whether two rules let in the same calls. The order of lists makes no difference (measured).
func SameRule(a, b api.AccessRule) bool {
	return sameSet(a.IPRanges, b.IPRanges) && sameSet(a.CAIDs, b.CAIDs) && sameSet(a.CNs, b.CNs) && a.Description == b.Description
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// LetsIn reports whether one of the rules lets in calls from an address without a client certificate. A rule that names
// certificate authorities does not: whether a certificate passes cannot be seen from here.
func LetsIn(rules []api.AccessRule, address netip.Addr) bool {
	return slices.ContainsFunc(rules, func(r api.AccessRule) bool {
		return len(r.CAIDs) == 0 && slices.ContainsFunc(r.IPRanges, func(text string) bool { return covers(text, address) })
	})
}

func covers(text string, address netip.Addr) bool {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Contains(address.Unmap())
	}
	single, err := netip.ParseAddr(text)
	return err == nil && single.Unmap() == address.Unmap()
}
