// Package rights manages the policy links and the inline policies of users and groups. Both kinds of principal have the
// same operations.
package rights

import (
	"context"
	"slices"
	"sync"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// Principal is a user or a group, by its current name.
type Principal struct {
	Group bool // false = a user
	Name  string
	Path  string // of a group, for its inline policies: the API can read "" as "/" (A30)
}

func (p Principal) ref() api.GroupRef { return api.GroupRef{Name: p.Name, Path: p.Path} }

func (p Principal) String() string {
	if p.Group {
		return "user group " + p.Name
	}
	return "user " + p.Name
}

// InlinePolicy is a policy that belongs to one principal.
type InlinePolicy = api.InlinePolicy

// LinkedPolicy is a managed policy that is linked to a principal.
type LinkedPolicy = api.LinkedPolicy

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	LinkPolicy(ctx context.Context, orn, userName string) error
	UnlinkPolicy(ctx context.Context, orn, userName string) error
	ReadLinkedPolicies(ctx context.Context, userName string) ([]api.LinkedPolicy, error)
	LinkManagedPolicyToUserGroup(ctx context.Context, orn, groupName string) error
	UnlinkManagedPolicyFromUserGroup(ctx context.Context, orn, groupName string) error
	ReadManagedPoliciesLinkedToUserGroup(ctx context.Context, groupName string) ([]api.LinkedPolicy, error)
	PutUserPolicy(ctx context.Context, userName string, p api.InlinePolicy) error
	ReadUserPolicies(ctx context.Context, userName string) ([]string, error)
	ReadUserPolicy(ctx context.Context, userName, name string) (api.InlinePolicy, error)
	DeleteUserPolicy(ctx context.Context, userName, name string) error
	PutUserGroupPolicy(ctx context.Context, g api.GroupRef, p api.InlinePolicy) error
	ReadUserGroupPolicies(ctx context.Context, g api.GroupRef) ([]api.InlinePolicy, error)
	DeleteUserGroupPolicy(ctx context.Context, g api.GroupRef, name string) error
}

var _ API = (*api.Client)(nil)

// Service is the rights of the users and groups of one account. It is safe for concurrent use. A process needs one.
type Service struct {
	api    API
	links  *cache.Reads[[]api.LinkedPolicy] // by principal
	inline *cache.Reads[[]api.InlinePolicy] // by principal; of a user without the documents
	docs   *cache.Reads[api.InlinePolicy]   // by user and policy name, see docName

	mu      sync.Mutex
	renamed map[string]int // by principal: the number of calls of Forget
}

// New returns the service. It makes no call.
func New(client API, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	return &Service{
		api:    client,
		links:  cache.New[[]api.LinkedPolicy](opts.Now, domain.ReadTTL),
		inline: cache.New[[]api.InlinePolicy](opts.Now, domain.ReadTTL),
		docs:   cache.New[api.InlinePolicy](opts.Now, domain.ReadTTL),

		renamed: map[string]int{},
	}
}

// Forget drops what was read of a user or a group under a name. It is for a rename and a deletion.
func (s *Service) Forget(p Principal) {
	s.links.Drop(p.String())
	s.inline.Drop(p.String())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renamed[p.String()]++ // changes the cache names of the documents
}

// Links returns the managed policies that are linked to a principal (ReadLinkedPolicies,
// ReadManagedPoliciesLinkedToUserGroup), from a read that the process shares. If the principal does not exist, the error is
// the API's not-found.
func (s *Service) Links(ctx context.Context, p Principal) ([]api.LinkedPolicy, error) {
	links, err := s.links.Get(ctx, p.String(), func(ctx context.Context) ([]api.LinkedPolicy, error) {
		if p.Group {
			return s.api.ReadManagedPoliciesLinkedToUserGroup(ctx, p.Name)
		}
		return s.api.ReadLinkedPolicies(ctx, p.Name)
	})
	return slices.Clone(links), err
}

// IsLinked reports whether a policy is linked to a principal. If the shared read has no such link, IsLinked reads the links
// again.
func (s *Service) IsLinked(ctx context.Context, p Principal, orn string) (bool, error) {
	for range 2 {
		links, err := s.Links(ctx, p)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(links, func(l api.LinkedPolicy) bool { return l.ORN == orn }) {
			return true, nil
		}
		s.links.Drop(p.String())
	}
	return false, nil
}

// Link links a managed policy to a principal (LinkPolicy, LinkManagedPolicyToUserGroup). A link that already exists stays.
func (s *Service) Link(ctx context.Context, p Principal, orn string) error {
	defer s.links.Drop(p.String())
	if p.Group {
		return s.api.LinkManagedPolicyToUserGroup(ctx, orn, p.Name)
	}
	return s.api.LinkPolicy(ctx, orn, p.Name)
}

// Unlink removes a link (UnlinkPolicy, UnlinkManagedPolicyFromUserGroup). It succeeds if the link, the policy or the
// principal does not exist.
func (s *Service) Unlink(ctx context.Context, p Principal, orn string) error {
	defer s.links.Drop(p.String())
	unlink := s.api.UnlinkPolicy
	if p.Group {
		unlink = s.api.UnlinkManagedPolicyFromUserGroup
	}
	err := unlink(ctx, orn, p.Name)
	if api.IsNotFound(err) {
		return nil
	}
	return err
}
