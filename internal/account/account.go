// Package account reads data of the caller's account: its id, the longest life that its API access policy allows an access
// key, the log of its API calls, and all its access keys for an audit.
package account

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	AccessKeyID() string
	Clock() api.Clock
	ReadAccounts(ctx context.Context) (api.Account, error)
	ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error)
	ReadAPILogs(ctx context.Context, q api.LogQuery, token string) (api.CallPage, error)
	ReadQuotas(ctx context.Context, f api.QuotaFilter) ([]api.Quota, string, error)
}

var _ API = (*api.Client)(nil)

// Service reads one account. It is safe for concurrent use. A process needs one, even if it runs for weeks.
type Service struct {
	api    API
	opts   domain.Options
	known  atomic.Pointer[string]      // the account's id after it was read; a credential never changes its account
	ids    *cache.Reads[string]        // one entry
	limits *cache.Reads[time.Duration] // one entry
}

// theAccount is the key of the one entry of each cache.
const theAccount = ""

// New returns the service of the account that client's credential belongs to. It makes no call.
func New(client API, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	all := func(error) bool { return true }
	return &Service{
		api: client, opts: opts,
		ids: cache.New[string](opts.Now, domain.ReadTTL),
		// With a bad credential, each further call would count towards a lock-out.
		limits: cache.New[time.Duration](opts.Now, domain.ReadTTL).KeepErrors(domain.NameTTL, all),
	}
}

// ID returns the id of the caller's account (ReadAccounts). It returns "" if the caller may not read it: the right is
// missing, or the caller signs with a login, which the action does not accept. ID reads an id once per process, and repeats
// a refused call after domain.ReadTTL. The call also shows whether the credential is good; with a login, ID reads MaxKeyLifetime
// for that.
func (s *Service) ID(ctx context.Context) (string, error) {
	if id := s.KnownID(); id != "" {
		return id, nil
	}
	return s.ids.Get(ctx, theAccount, func(ctx context.Context) (string, error) {
		if s.api.AccessKeyID() == "" {
			_, err := s.MaxKeyLifetime(ctx)
			return "", err
		}
		account, err := s.api.ReadAccounts(ctx)
		if domain.IsNotPermitted(err) {
			return "", nil
		}
		if err == nil {
			s.known.Store(&account.ID)
		}
		return account.ID, err
	})
}

// Account is the account with its details.
type Account = api.Account

// Read returns the caller's account (ReadAccounts). It is not cached.
func (s *Service) Read(ctx context.Context) (Account, error) {
	account, err := s.api.ReadAccounts(ctx)
	if err == nil {
		s.known.Store(&account.ID)
	}
	return account, err
}

// KnownID is ID without a call: "" until the id was read.
func (s *Service) KnownID() string {
	if id := s.known.Load(); id != nil {
		return *id
	}
	return ""
}

// unknownLifetime is the limit of a caller that may not read the policy.
const unknownLifetime = time.Duration(-1)

// MaxKeyLifetime returns the longest remaining life that the account's API access policy allows an access key
// (ReadApiAccessPolicy), from a read that the process shares. 0 = any, also no expiry. It is also 0 for a caller that may
// not read the policy, and for an API without one (before 1.14): the API itself refuses what its policy does not allow.
func (s *Service) MaxKeyLifetime(ctx context.Context) (time.Duration, error) {
	limit, err := s.maxKeyLifetime(ctx)
	return max(limit, 0), err
}

func (s *Service) maxKeyLifetime(ctx context.Context) (time.Duration, error) {
	return s.limits.Get(ctx, theAccount, func(ctx context.Context) (time.Duration, error) {
		policy, err := s.api.ReadAPIAccessPolicy(ctx)
		if domain.IsNotPermitted(err) {
			s.opts.Info(ctx, "the account's API access policy cannot be read: its limit on the life of access keys is not checked", nil)
			return unknownLifetime, nil
		}
		return policy.KeyLifetime, err
	})
}

// ForgetKeyLifetime makes the next MaxKeyLifetime read the policy again.
func (s *Service) ForgetKeyLifetime() { s.limits.Drop(theAccount) }
