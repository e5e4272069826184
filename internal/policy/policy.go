// Package policy creates, reads and deletes managed policies and their versions. The document of a policy is that of its
// default version.
package policy

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// MaxVersions is the largest number of versions of a policy (official, A14).
const MaxVersions = 5

// Policy is a managed policy.
type Policy struct {
	ID, Name, Path, ORN, Description string
	DefaultVersionID                 string
	ResourcesCount                   int // users and groups that it is linked to
	IsLinkable                       bool
	Created, Modified                time.Time
	Identity                         domain.Identity // its account, if it is known without a call
}

// Version is a version of a policy.
type Version struct {
	ID        string // "v1", "v2", ...
	Document  string
	IsDefault bool
	Created   time.Time
}

// Spec is what Create makes of a policy. An empty Path means "/".
type Spec struct{ Name, Path, Description, Document string }

// The client's types, for callers that do not import the client.
type (
	// Filter selects policies. An empty member selects all.
	Filter = api.ReadPoliciesInput
	// Entities are all that a policy is linked to.
	Entities = api.PolicyEntities
	// Entity is one of them.
	Entity = api.PolicyEntity
	// Scope says whose policies are read: LOCAL (of the account) or OWS (of OUTSCALE).
	Scope = api.PolicyScope
)

// Local is the scope of the account's own policies.
const Local = api.ScopeLocal

// LinkedError says that a policy was not deleted because it is linked.
type LinkedError struct {
	ORN      string
	Entities Entities
	Err      error // the refusal of the API; nil when no call was made
}

func (e *LinkedError) Error() string {
	return fmt.Sprintf("policy %s is linked to %s, %s and %s", e.ORN,
		text.Count(len(e.Entities.Users), "user"), text.Count(len(e.Entities.Groups), "group"), text.Count(len(e.Entities.Accounts), "account"))
}

func (e *LinkedError) Unwrap() error { return e.Err }

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	Accepted() bool
	Clock() api.Clock
	CreatePolicy(ctx context.Context, in api.CreatePolicyInput) (api.Policy, error)
	ReadPolicy(ctx context.Context, orn string) (api.Policy, error)
	ReadPolicies(ctx context.Context, in api.ReadPoliciesInput) ([]api.Policy, error)
	DeletePolicy(ctx context.Context, orn string) error
	CreatePolicyVersion(ctx context.Context, orn, document string, setAsDefault bool) (api.PolicyVersion, error)
	ReadPolicyVersion(ctx context.Context, orn, version string) (api.PolicyVersion, error)
	ReadPolicyVersions(ctx context.Context, orn string) ([]api.PolicyVersion, error)
	SetDefaultPolicyVersion(ctx context.Context, orn, version string) error
	DeletePolicyVersion(ctx context.Context, orn, version string) error
	ReadEntitiesLinkedToPolicy(ctx context.Context, orn string) (api.PolicyEntities, error)
	UnlinkPolicy(ctx context.Context, orn, userName string) error
	UnlinkManagedPolicyFromUserGroup(ctx context.Context, orn, groupName string) error
}

var _ API = (*api.Client)(nil)

// Service is the managed policies of one account. It is safe for concurrent use. A process needs one.
type Service struct {
	api      API
	account  domain.Account
	opts     domain.Options
	all      *cache.Reads[[]Policy]  // by scope
	versions *cache.Reads[[]Version] // by ORN
	created  sync.Map                // see domain.NamedCreation
	turns    sync.Map                // by ORN: chan struct{}, see turn
	replaced sync.Map                // by ORN: the id of the default version that waits for its successor, see RemoveVersion
}

// New returns the service. It makes no call.
func New(client API, account domain.Account, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	return &Service{
		api: client, account: account, opts: opts,
		all:      cache.New[[]Policy](opts.Now, domain.ReadTTL),
		versions: cache.New[[]Version](opts.Now, domain.ReadTTL),
	}
}

// List returns the policies of a scope (ReadPolicies), from a read that the process shares.
func (s *Service) List(ctx context.Context, scope api.PolicyScope) ([]Policy, error) {
	policies, err := s.all.Get(ctx, string(scope), func(ctx context.Context) ([]Policy, error) {
		return s.Select(ctx, Filter{Scope: scope})
	})
	return slices.Clone(policies), err
}

// Select returns the policies that match a filter. It is not cached.
func (s *Service) Select(ctx context.Context, filter Filter) ([]Policy, error) {
	found, err := s.api.ReadPolicies(ctx, filter)
	if err != nil {
		return nil, err
	}
	policies := make([]Policy, 0, len(found))
	for _, p := range found {
		policies = append(policies, s.policyOf(p))
	}
	return policies, nil
}

// Read returns a policy of the account, from the shared list. If that list has no such policy, Read calls ReadPolicy before
// it returns a GoneError.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Read(ctx context.Context, orn string, recorded domain.Identity) (Policy, error) {
	policies, err := s.List(ctx, api.ScopeLocal)
	if err != nil {
		return Policy{}, err
	}
	if i := slices.IndexFunc(policies, func(p Policy) bool { return p.ORN == orn }); i >= 0 {
		return policies[i], nil
	}
	return s.Reload(ctx, orn, recorded)
}

// Reload is Read without the shared list. It also reads a policy of OUTSCALE.
func (s *Service) Reload(ctx context.Context, orn string, recorded domain.Identity) (Policy, error) {
	found, err := s.api.ReadPolicy(ctx, orn)
	if err == nil {
		return s.policyOf(found), nil
	}
	if !api.IsNotFound(err) {
		return Policy{}, err
	}
	s.drop()
	return Policy{}, domain.ConfirmGone(ctx, s.account, &domain.GoneError{Kind: domain.KindPolicy, ID: orn}, recorded)
}

// ReadAny returns a policy of the account or of OUTSCALE, from the shared lists.
//
// Errors: *domain.GoneError, or the API's.
func (s *Service) ReadAny(ctx context.Context, orn string) (Policy, error) {
	for _, scope := range []api.PolicyScope{api.ScopeLocal, api.ScopeOutscale} {
		policies, err := s.List(ctx, scope)
		if err != nil {
			return Policy{}, err
		}
		if i := slices.IndexFunc(policies, func(p Policy) bool { return p.ORN == orn }); i >= 0 {
			return policies[i], nil
		}
	}
	return s.Reload(ctx, orn, domain.Identity{})
}

// Find returns the account's policy with that name, without the shared list. Without such a policy, the error is a
// *domain.GoneError.
func (s *Service) Find(ctx context.Context, name string) (Policy, error) {
	s.drop()
	policies, err := s.List(ctx, api.ScopeLocal)
	if err != nil {
		return Policy{}, err
	}
	if i := slices.IndexFunc(policies, func(p Policy) bool { return p.Name == name }); i >= 0 {
		return policies[i], nil
	}
	return Policy{}, &domain.GoneError{Kind: domain.KindPolicy, Name: name}
}

// Entities returns the users, groups and accounts that a policy is linked to (ReadEntitiesLinkedToPolicy). It is not
// cached.
func (s *Service) Entities(ctx context.Context, orn string) (Entities, error) {
	return s.api.ReadEntitiesLinkedToPolicy(ctx, orn)
}

func (s *Service) policyOf(p api.Policy) Policy {
	return Policy{
		ID: p.ID, Name: p.Name, Path: p.Path, ORN: p.ORN, Description: p.Description, DefaultVersionID: p.DefaultVersionID,
		ResourcesCount: p.ResourcesCount, IsLinkable: p.IsLinkable, Created: p.CreationDate, Modified: p.LastModificationDate,
		Identity: domain.Identity{AccountID: s.account.KnownID()},
	}
}

// drop drops the shared lists.
func (s *Service) drop() {
	for _, scope := range []api.PolicyScope{"", api.ScopeLocal, api.ScopeOutscale} {
		s.all.Drop(string(scope))
	}
}

// remember puts a new policy into the shared list of the account's policies.
func (s *Service) remember(p Policy) {
	s.all.Change(string(api.ScopeLocal), func(policies []Policy) []Policy {
		return append(slices.DeleteFunc(slices.Clone(policies), func(old Policy) bool { return old.ORN == p.ORN }), p)
	})
}
