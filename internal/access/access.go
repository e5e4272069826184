// Package access manages an account's API access rules, the certificate authorities that they name, and the API access
// policy. They decide from where, and with which client certificates and keys, the API may be called.
package access

import (
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	CreateAPIAccessRule(ctx context.Context, rule Rule) (Rule, error)
	ReadAPIAccessRules(ctx context.Context) ([]Rule, error)
	UpdateAPIAccessRule(ctx context.Context, rule Rule) (Rule, error)
	DeleteAPIAccessRule(ctx context.Context, id string) error
	CreateCA(ctx context.Context, pem, description string) (api.CA, error)
	ReadCAs(ctx context.Context) ([]api.CA, error)
	UpdateCA(ctx context.Context, id, description string) (api.CA, error)
	DeleteCA(ctx context.Context, id string) error
	ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error)
	UpdateAPIAccessPolicy(ctx context.Context, p api.AccessPolicy) (api.AccessPolicy, error)
	CallerAddress(ctx context.Context) (netip.Addr, error)
	CertificateChain() []*x509.Certificate
}

var _ API = (*api.Client)(nil)

// Service is the access rules and certificate authorities of one account. It is safe for concurrent use. A process needs
// one.
type Service struct {
	api     API
	account domain.Account
	opts    domain.Options
	rules   *cache.Reads[[]Rule]     // one entry
	cas     *cache.Reads[[]CA]       // one entry
	address *cache.Reads[netip.Addr] // one entry: the caller's address, zero if it is not known
	writing sync.Mutex               // locked while a rule is changed
	onLimit func()                   // called after a change of the access policy
}

// The client's types, for callers that do not import the client.
type (
	// Rule is an API access rule.
	Rule = api.AccessRule
	// CA is a certificate authority.
	CA = api.CA
	// Policy is the account's API access policy.
	Policy = api.AccessPolicy
)

// everything is the key of the one entry of each cache.
const everything = ""

// New returns the service. It makes no call.
func New(client API, account domain.Account, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	return &Service{
		api: client, account: account, opts: opts,
		rules:   cache.New[[]Rule](opts.Now, domain.ReadTTL),
		cas:     cache.New[[]CA](opts.Now, domain.ReadTTL),
		address: cache.New[netip.Addr](opts.Now, domain.NameTTL),
		onLimit: func() {},
	}
}

// Rules returns every access rule (ReadApiAccessRules), from a read that the process shares.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) {
	rules, err := s.rules.Get(ctx, everything, s.api.ReadAPIAccessRules)
	return slices.Clone(rules), err
}

// Rule returns a rule, from the shared read. If that has no such rule, Rule reads the rules again before it returns a
// GoneError.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Rule(ctx context.Context, id string, recorded domain.Identity) (Rule, error) {
	return find(ctx, s, s.rules, s.Rules, func(r Rule) bool { return r.ID == id }, &domain.GoneError{Kind: domain.KindAccessRule, ID: id}, recorded)
}

// find returns an object from a shared list. If that list lacks the object, find reads it again before it returns a
// GoneError.
func find[T any](ctx context.Context, s *Service, reads *cache.Reads[[]T], list func(context.Context) ([]T, error), is func(T) bool,
	gone *domain.GoneError, recorded domain.Identity) (none T, _ error) {
	for range 2 {
		all, err := list(ctx)
		if err != nil {
			return none, err
		}
		if i := slices.IndexFunc(all, is); i >= 0 {
			return all[i], nil
		}
		reads.Drop(everything)
	}
	return none, domain.ConfirmGone(ctx, s.account, gone, recorded)
}

// deleted returns nil for a refused deletion if a read proves that the object is gone.
func deleted[T any](ctx context.Context, refusal error, read func(context.Context, string, domain.Identity) (T, error), id string, recorded domain.Identity) error {
	if !api.IsNotFound(refusal) {
		return refusal
	}
	_, proof := read(ctx, id, recorded)
	switch {
	case domain.IsGone(proof):
		return nil
	case proof != nil:
		return proof
	}
	return refusal
}

// CreateRule creates a rule (CreateApiAccessRule). If the answer is lost, CreateRule reads the rules: a new rule that is
// equal to the request is the result.
//
// Errors: *domain.LostAnswerError, or the API's.
func (s *Service) CreateRule(ctx context.Context, want Rule) (Rule, error) {
	return createUnnamed(ctx, s.opts, unnamed[Rule]{
		action: "CreateApiAccessRule",
		list:   s.api.ReadAPIAccessRules,
		create: func(ctx context.Context) (Rule, error) { return s.api.CreateAPIAccessRule(ctx, want) },
		id:     func(r Rule) string { return r.ID },
		like:   func(r Rule) bool { return SameRule(r, want) },
		done:   func() { s.rules.Drop(everything) },
	})
}

// UpdateRule replaces a rule as a whole (UpdateApiAccessRule). Unless force is set, it does not write a rule that would
// lock the caller out: see CheckChanges.
//
// Errors: *LockOutError, or the API's.
func (s *Service) UpdateRule(ctx context.Context, rule Rule, force bool) (updated Rule, err error) {
	err = s.change(ctx, rule.ID, &rule, force, func() error {
		updated, err = s.api.UpdateAPIAccessRule(ctx, rule)
		return err
	})
	return updated, err
}

// DeleteRule deletes a rule (DeleteApiAccessRule). It succeeds if the rule is already gone. Unless force is set, it does
// not delete a rule if that would lock the caller out: see CheckChanges.
//
// Errors: *LockOutError, *domain.IdentityMismatchError, or the API's.
func (s *Service) DeleteRule(ctx context.Context, id string, recorded domain.Identity, force bool) error {
	err := s.change(ctx, id, nil, force, func() error { return s.api.DeleteAPIAccessRule(ctx, id) })
	return deleted(ctx, err, s.Rule, id, recorded)
}

// change writes a rule, unless that would lock the caller out with the rules that the API has now. This process writes one
// rule at a time.
func (s *Service) change(ctx context.Context, id string, after *Rule, force bool, write func() error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.rules.Drop(everything)
	defer s.rules.Drop(everything)
	if !force {
		rules, err := s.Rules(ctx)
		if err != nil {
			return err
		}
		var locked *LockOutError
		if err := s.decide(ctx, rules, map[string]*Rule{id: after}); errors.As(err, &locked) {
			return locked
		}
	}
	return write()
}

// SameRule reports whether two rules admit the same calls. The order of lists makes no difference (measured).
func SameRule(a, b Rule) bool {
	return sameSet(a.IPRanges, b.IPRanges) && sameSet(a.CAIDs, b.CAIDs) && sameSet(a.CNs, b.CNs) && a.Description == b.Description
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
