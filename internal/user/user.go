// Package user creates, reads, changes and deletes EIM users. It is the model for services of objects that the API
// addresses by name and that have an id which survives a rename.
package user

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// User is an EIM user.
type User struct {
	ID, Name, Path, Email string
	Created, Modified     time.Time
	Identity              domain.Identity // its account, if it is known without a call
}

// Spec is what Create and Update make of a user. An empty Path means "/" in Create and no change in Update. With an empty
// Email, the API chooses the address.
type Spec struct{ Name, Path, Email string }

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	AccessKeyID() string
	Accepted() bool
	Clock() api.Clock
	CreateUser(context.Context, api.CreateUserInput) (api.User, error)
	ReadUsers(ctx context.Context, ids []string) ([]api.User, error)
	UpdateUser(context.Context, api.UpdateUserInput) (api.User, error)
	DeleteUser(ctx context.Context, name string) error
	ReadAccessKeys(context.Context, api.ReadAccessKeysInput) ([]api.AccessKey, error)
	ReadUserGroupsPerUser(context.Context, api.UserRef) ([]api.UserGroup, error)
	ReadLinkedPolicies(ctx context.Context, userName string) ([]api.LinkedPolicy, error)
	ReadUserPolicies(ctx context.Context, userName string) ([]string, error)
}

var _ API = (*api.Client)(nil)

// Service is the users of one account. It is safe for concurrent use. A process needs one, even if it runs for weeks.
type Service struct {
	api     API
	account domain.Account
	opts    domain.Options
	all     *cache.Reads[[]User] // one entry
	written *cache.Reads[User]   // by id: users as the last write of this process returned them

	created sync.Map // see domain.NamedCreation

	mu       sync.Mutex
	onChange []func(name string)
}

// allUsers is the one entry of Service.all.
const allUsers = ""

// New returns the service. It makes no call.
func New(client API, account domain.Account, opts domain.Options) *Service {
	opts = opts.WithDefaults()
	// The machine's clock measures the age of a read. No answer of the API changes that clock.
	return &Service{
		api: client, account: account, opts: opts,
		all:     cache.New[[]User](opts.Now, domain.NameTTL).KeepErrors(domain.NameTTL, domain.IsNotPermitted),
		written: cache.New[User](opts.Now, domain.NameTTL),
	}
}

// OnChange registers a function that the service calls with the name of each user that it creates, renames or deletes. What
// was read under that name is out of date then.
func (s *Service) OnChange(fn func(name string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onChange = append(s.onChange, fn)
}

func (s *Service) changed(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, fn := range s.onChange {
		for _, name := range names {
			if name != "" {
				fn(name)
			}
		}
	}
}

// List returns every user of the account (ReadUsers), from a read that the process shares and that is younger than
// domain.NameTTL. A refusal is kept for the same time.
func (s *Service) List(ctx context.Context) ([]User, error) { return s.listWithin(ctx, domain.NameTTL) }

func (s *Service) listWithin(ctx context.Context, age time.Duration) ([]User, error) {
	users, err := s.all.GetWithin(ctx, allUsers, age, func(ctx context.Context) ([]User, error) { return s.read(ctx, nil) })
	return slices.Clone(users), err
}

// Read returns the user with that id, from the shared read of users. If that read has no such user, Read reads the user
// again before it returns a GoneError. A user that this process created or changed needs no call. recorded is the identity
// that the caller recorded; its AccountID is compared.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Read(ctx context.Context, id string, recorded domain.Identity) (User, error) {
	if user, ok := s.Known(id, ""); ok {
		return user, nil
	}
	return s.readWithin(ctx, id, recorded, domain.NameTTL)
}

func (s *Service) readWithin(ctx context.Context, id string, recorded domain.Identity, age time.Duration) (User, error) {
	users, err := s.listWithin(ctx, age)
	if err != nil {
		return User{}, err
	}
	if i := indexID(users, id); i >= 0 {
		return users[i], nil
	}
	return s.Reload(ctx, id, recorded)
}

// Known returns the user with that id, or with that name where id is "", if it is known without a call.
func (s *Service) Known(id, name string) (User, bool) {
	users, _ := s.all.Peek(allUsers, domain.NameTTL)
	if i := slices.IndexFunc(users, func(u User) bool { return u.ID == id || (id == "" && u.Name == name) }); i >= 0 {
		return users[i], true
	}
	if id != "" {
		return s.written.Peek(id, domain.NameTTL)
	}
	return s.written.Find(func(u User) bool { return u.Name == name })
}

// Reload is Read without the shared read. It drops the shared read if that was wrong about the user.
func (s *Service) Reload(ctx context.Context, id string, recorded domain.Identity) (User, error) {
	users, err := s.read(ctx, []string{id})
	if err != nil {
		return User{}, err
	}
	i := indexID(users, id)
	s.written.Drop(id)
	if known, ok := s.all.Peek(allUsers, domain.NameTTL); ok {
		// A read that is wrong about this user can be wrong about others.
		j := indexID(known, id)
		if (i < 0) != (j < 0) || (i >= 0 && known[j].Name != users[i].Name) {
			s.all.Drop(allUsers)
		}
	}
	if i >= 0 {
		return users[i], nil
	}
	return User{}, domain.ConfirmGone(ctx, s.account, &domain.GoneError{Kind: domain.KindUser, ID: id}, recorded)
}

// Find returns the user with that name, from the shared read. If that has no such user, Find reads all users again, because
// the API has no filter by name. Without such a user, the error is a *domain.GoneError.
func (s *Service) Find(ctx context.Context, name string) (User, error) {
	users, err := s.List(ctx)
	if i := indexName(users, name); err == nil && i < 0 {
		s.all.Drop(allUsers)
		users, err = s.List(ctx)
	}
	if err != nil {
		return User{}, err
	}
	return named(users, name)
}

// named returns the user with that name, or a *domain.GoneError.
func named(users []User, name string) (User, error) {
	if i := indexName(users, name); i >= 0 {
		return users[i], nil
	}
	return User{}, &domain.GoneError{Kind: domain.KindUser, Name: name}
}

// read makes the call. Without ids it reads every user.
func (s *Service) read(ctx context.Context, ids []string) ([]User, error) {
	if s.api.AccessKeyID() == "" {
		return nil, domain.ErrLogin
	}
	found, err := s.api.ReadUsers(ctx, ids)
	if err != nil {
		return nil, err
	}
	users := make([]User, 0, len(found))
	for _, u := range found {
		users = append(users, s.userOf(u))
	}
	return users, nil
}

func (s *Service) userOf(u api.User) User {
	return User{
		ID: u.ID, Name: u.Name, Path: u.Path, Email: u.Email, Created: u.CreationDate, Modified: u.LastModificationDate,
		Identity: domain.Identity{AccountID: s.account.KnownID()},
	}
}

func indexID(users []User, id string) int {
	return slices.IndexFunc(users, func(u User) bool { return u.ID == id })
}

func indexName(users []User, name string) int {
	return slices.IndexFunc(users, func(u User) bool { return u.Name == name })
}
