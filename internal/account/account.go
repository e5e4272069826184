// Package account reads what concerns the whole account of the caller: its id, the limit of its API access policy on the
// life of access keys, the log of its API calls, and all its access keys for an audit.
package account

import (
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// API is what the service needs of the OUTSCALE API; *api.Client has it.
type API interface {
	AccessKeyID() string
	Offset() time.Duration
	ReadAccounts(ctx context.Context) (api.Account, error)
	ReadAPIAccessPolicy(ctx context.Context) (api.AccessPolicy, error)
	ReadAPILogs(ctx context.Context, after, before time.Time, token string) (api.CallPage, error)
}

var _ API = (*api.Client)(nil)

var errTodo = errors.New("not implemented yet")

// Service reads one account. It is safe for concurrent use.
type Service struct {
	api  API
	opts domain.Options
}

// New returns the service of the account that client's credential belongs to. It makes no call.
func New(client API, opts domain.Options) *Service { return &Service{client, opts.WithDefaults()} }

// ID returns the id of the caller's account (ReadAccounts), "" when the caller may not read it: it lacks the right, or
// signs with a login. An id is read once per process. The call also shows whether the credential is good, and key.Service
// makes it before the first creation.
func (s *Service) ID(context.Context) (string, error) { return "", errTodo }

// KnownID is ID without a call: "" as long as the id was not read.
func (s *Service) KnownID() string { return "" }

// MaxKeyLifetime returns the longest remaining life that the account's API access policy allows an access key
// (ReadApiAccessPolicy). 0 = any, also no expiry; so for a caller that may not read the policy, because the API refuses
// all the same what the policy does not allow.
func (s *Service) MaxKeyLifetime(context.Context) (time.Duration, error) { return 0, errTodo }

// Keys lists the access keys of an owner; *key.Service has it.
type Keys interface {
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
}

// Users lists the users of the account; *user.Service has it.
type Users interface {
	List(ctx context.Context) ([]user.User, error)
}

// Report is every access key of an account that the caller can list.
type Report struct {
	Keys []OwnedKey // root's first, then each user's, each oldest first
	// MaxKeyLifetime is the longest life the account allows a key, 0 = any; nil when the caller may not read it.
	MaxKeyLifetime *time.Duration
	Users          bool // the users could be listed; without them only the caller's own keys are there
	Root           bool // the caller is the root account, so that root's keys are there
}

// OwnedKey is a key with its owner, and whether it keeps to the account's limit.
type OwnedKey struct {
	key.Key
	UserID       string // "" = root's, or the caller's when the users could not be listed
	OverLifetime bool   // it lives longer than the account allows, or for ever
}

// Audit lists the keys of the account: one call per owner, one per page of users, one for the policy, all from the reads
// that the process shares. No action lists root's keys for anyone else, and no answer names an owner: a caller whose own
// keys are found among a user's is that user, and root's keys stay unseen.
func (s *Service) Audit(context.Context, Keys, Users) (Report, error) { return Report{}, errTodo }

// LogKept is how long the API keeps its log of calls (official).
const LogKept = 32 * 24 * time.Hour

// Usage is what the account's log says of its access keys.
type Usage struct {
	Readable    bool // false = the caller may not read the log
	From, Until time.Time
	Whole       bool // everything that was asked for was read; otherwise From is later than asked
	Keys        map[string]Use
}

// Use is what one key signed between From and Until. Refused calls count as well.
type Use struct {
	Calls int
	Last  time.Time
}

// Usage reads the log from back ago until now (ReadApiLogs), with at most that many pages of 1000 calls. The result is
// not shared.
func (s *Service) Usage(context.Context, time.Duration, int) (Usage, error) { return Usage{}, errTodo }
