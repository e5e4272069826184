// Package user creates, reads, changes and deletes EIM users. It is the model for the services of other objects that are
// addressed by a name and have an id that survives a rename.
package user

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// User is an EIM user.
type User struct {
	ID, Name, Path, Email string
	Created, Modified     time.Time
	Identity              domain.Identity // the account, as far as it is known without a call
}

// Spec is what a user is asked to be. An empty Path means "/" when the user is created and "leave it" when it is updated;
// an empty Email is left to the API.
type Spec struct{ Name, Path, Email string }

// API is what the service needs of the OUTSCALE API; *api.Client has it.
type API interface {
	Offset() time.Duration
	CreateUser(context.Context, api.CreateUserInput) (api.User, error)
	ReadUsers(ctx context.Context, ids []string) ([]api.User, error)
	UpdateUser(context.Context, api.UpdateUserInput) (api.User, error)
	DeleteUser(ctx context.Context, name string) error
	ReadAccessKeys(context.Context, api.ReadAccessKeysInput) ([]api.AccessKey, error)
}

var _ API = (*api.Client)(nil)

// Account tells the caller's account; *account.Service has it.
type Account interface {
	ID(ctx context.Context) (string, error)
	KnownID() string
}

// HasKeysError says that a user was not deleted because it still has access keys.
type HasKeysError struct {
	User   User
	KeyIDs []string
	Err    error
}

func (e *HasKeysError) Error() string {
	return fmt.Sprintf("user %s still has access keys (%s): %v", e.User.Name, strings.Join(e.KeyIDs, ", "), e.Err)
}

func (e *HasKeysError) Unwrap() error { return e.Err }

var errTodo = errors.New("not implemented yet")

// Service is the users of one account. It is safe for concurrent use.
type Service struct{}

// New returns the service. It makes no call.
func New(API, Account, domain.Options) *Service { return &Service{} }

// Create creates a user (CreateUser). When the answer is lost the name is looked up before anything is decided: a user of
// that name that is as asked and as young as the request is the one that was created; an older one is somebody else's.
// Without one the request is sent again. The work is not cut by a cancelled ctx; its deadline holds.
//
// Errors: *domain.AmbiguousError, or the API's.
func (s *Service) Create(context.Context, Spec) (User, error) { return User{}, errTodo }

// Read returns the user with that id, from the shared read of users; what that read lacks is read again before it is
// believed to be gone. recorded is what the caller knows of the user's identity; only its AccountID is used.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError (the account is another one), or the API's.
func (s *Service) Read(_ context.Context, id string, recorded domain.Identity) (User, error) {
	return User{}, errTodo
}

// Find returns the user with that name, from the shared read, and from a new one when that lacks it: the API has no filter
// by name. *domain.GoneError when there is none.
func (s *Service) Find(_ context.Context, name string) (User, error) { return User{}, errTodo }

// List returns every user of the account, from one read shared by the process.
func (s *Service) List(context.Context) ([]User, error) { return nil, errTodo }

// Update changes the user with that id, whatever its name is now (UpdateUser). A rename keeps the id and the access keys.
// After a lost answer the user is read before anything is sent again.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Update(_ context.Context, id string, recorded domain.Identity, want Spec) (User, error) {
	return User{}, errTodo
}

// Delete deletes the user with that id (DeleteUser). A user that is already gone is success.
//
// Errors: *HasKeysError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Delete(_ context.Context, id string, recorded domain.Identity) error {
	return errTodo
}
