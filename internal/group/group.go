// Package group creates, reads, changes and deletes groups of EIM users, and their memberships.
package group

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Group is a group of EIM users.
type Group struct {
	ID, Name, Path, ORN string
	Created, Modified   time.Time
	Identity            domain.Identity // its account, if it is known without a call
}

// Member is a user in a group, without its identity.
type Member = user.User

// Spec is what Create and Update make of a group. An empty Path means "/".
type Spec struct{ Name, Path string }

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	Accepted() bool
	Clock() api.Clock
	CreateUserGroup(ctx context.Context, name, path string) (api.UserGroup, error)
	ReadUserGroups(ctx context.Context, ids []string) ([]api.UserGroup, error)
	ReadUserGroup(ctx context.Context, g api.GroupRef) (api.UserGroup, []api.User, error)
	ReadUserGroupsPerUser(ctx context.Context, u api.UserRef) ([]api.UserGroup, error)
	ReadUsers(ctx context.Context, ids []string) ([]api.User, error)
	UpdateUserGroup(ctx context.Context, in api.UpdateUserGroupInput) (api.UserGroup, error)
	DeleteUserGroup(ctx context.Context, g api.GroupRef, force bool) error
	AddUserToUserGroup(ctx context.Context, g api.GroupRef, u api.UserRef) error
	RemoveUserFromUserGroup(ctx context.Context, g api.GroupRef, u api.UserRef) error
	ReadManagedPoliciesLinkedToUserGroup(ctx context.Context, groupName string) ([]api.LinkedPolicy, error)
	ReadUserGroupPolicies(ctx context.Context, g api.GroupRef) ([]api.InlinePolicy, error)
}

var _ API = (*api.Client)(nil)

// Service is the groups of one account. It is safe for concurrent use. A process needs one, even if it runs for weeks.
type Service struct {
	api     API
	account domain.Account
	opts    domain.Options
	all     *cache.Reads[[]Group]  // one entry
	members *cache.Reads[[]Member] // by id of the group
	created sync.Map               // see domain.NamedCreation
}

// allGroups is the one entry of Service.all.
const allGroups = ""

// New returns the service. It makes no call.
func New(client API, account domain.Account, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	return &Service{
		api: client, account: account, opts: opts,
		all:     cache.New[[]Group](opts.Now, domain.NameTTL),
		members: cache.New[[]Member](opts.Now, domain.ReadTTL),
	}
}

// List returns every group of the account (ReadUserGroups), from a read that the process shares and that is younger than
// domain.NameTTL.
func (s *Service) List(ctx context.Context) ([]Group, error) {
	groups, err := s.all.Get(ctx, allGroups, func(ctx context.Context) ([]Group, error) { return s.read(ctx, nil) })
	return slices.Clone(groups), err
}

// Read returns the group with that id, from the shared read. If that read has no such group, Read reads the group again
// before it returns a GoneError.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Read(ctx context.Context, id string, recorded domain.Identity) (Group, error) {
	groups, err := s.List(ctx)
	if err != nil {
		return Group{}, err
	}
	if i := slices.IndexFunc(groups, func(g Group) bool { return g.ID == id }); i >= 0 {
		return groups[i], nil
	}
	return s.reload(ctx, id, recorded)
}

// reload is Read without the shared read, which it drops.
func (s *Service) reload(ctx context.Context, id string, recorded domain.Identity) (Group, error) {
	s.all.Drop(allGroups)
	groups, err := s.read(ctx, []string{id})
	if err != nil {
		return Group{}, err
	}
	if i := slices.IndexFunc(groups, func(g Group) bool { return g.ID == id }); i >= 0 {
		return groups[i], nil
	}
	return Group{}, domain.ConfirmGone(ctx, s.account, &domain.GoneError{Kind: domain.KindUserGroup, ID: id}, recorded)
}

// Find returns the group with that name, from the shared read. If that has no such group, Find reads all groups again.
// Without such a group, the error is a *domain.GoneError.
func (s *Service) Find(ctx context.Context, name string) (Group, error) {
	for range 2 {
		groups, err := s.List(ctx)
		if err != nil {
			return Group{}, err
		}
		if i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == name }); i >= 0 {
			return groups[i], nil
		}
		s.all.Drop(allGroups)
	}
	return Group{}, &domain.GoneError{Kind: domain.KindUserGroup, Name: name}
}

// OfUser returns the groups that a user is a member of (ReadUserGroupsPerUser). It is not cached.
func (s *Service) OfUser(ctx context.Context, userName string) ([]Group, error) {
	var found []api.UserGroup
	err := s.ofUser(ctx, userName, func(u api.UserRef) (err error) {
		found, err = s.api.ReadUserGroupsPerUser(ctx, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.groupsOf(found), nil
}

// ofUser makes a call about the user with that name. The API can read a missing path as "/" (A30). Therefore, if it does
// not find the user, ofUser repeats the call with the path from the list of users.
func (s *Service) ofUser(ctx context.Context, name string, call func(api.UserRef) error) error {
	err := call(api.UserRef{Name: name})
	if !api.IsNotFound(err) {
		return err
	}
	users, _ := s.api.ReadUsers(ctx, nil)
	i := slices.IndexFunc(users, func(u api.User) bool { return u.Name == name && u.Path != "/" })
	if i < 0 {
		return err
	}
	return call(api.UserRef{Name: name, Path: users[i].Path})
}

func (s *Service) read(ctx context.Context, ids []string) ([]Group, error) {
	found, err := s.api.ReadUserGroups(ctx, ids)
	if err != nil {
		return nil, err
	}
	return s.groupsOf(found), nil
}

func (s *Service) groupsOf(found []api.UserGroup) []Group {
	groups := make([]Group, 0, len(found))
	for _, g := range found {
		groups = append(groups, s.groupOf(g))
	}
	return groups
}

func (s *Service) groupOf(g api.UserGroup) Group {
	return Group{
		ID: g.ID, Name: g.Name, Path: g.Path, ORN: g.ORN, Created: g.CreationDate, Modified: g.LastModificationDate,
		Identity: domain.Identity{AccountID: s.account.KnownID()},
	}
}

func (g Group) ref() api.GroupRef { return api.GroupRef{Name: g.Name, Path: g.Path} }
