package key

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// API is what the service needs of the OUTSCALE API; *api.Client has it.
type API interface {
	AccessKeyID() string
	// Accepted reports whether an answer has shown that the credential is good.
	Accepted() bool
	// Offset is how far the API's clock is ahead of this machine's, 0 as long as nothing is known.
	Offset() time.Duration
	CreateAccessKey(context.Context, api.CreateAccessKeyInput) (api.AccessKey, error)
	ReadAccessKeys(context.Context, api.ReadAccessKeysInput) ([]api.AccessKey, error)
	UpdateAccessKey(context.Context, api.UpdateAccessKeyInput) (api.AccessKey, error)
	DeleteAccessKey(ctx context.Context, userName, id string) error
}

var _ API = (*api.Client)(nil)

// Users is what the service needs to know of users; *user.Service has it.
type Users interface {
	List(ctx context.Context) ([]user.User, error)
}

// Account tells the caller's account; *account.Service has it.
type Account interface {
	// ID returns the account's id, "" when the caller may not read it.
	ID(ctx context.Context) (string, error)
	// KnownID is ID without a call, "" as long as it was not read.
	KnownID() string
}

// Options are what the service takes from its program beside domain.Options. Each member may be left out.
type Options struct {
	domain.Options
	NewID    func() string // unique among all processes; nil = a random UUID
	Recorder Recorder      // hears of every creation and every proof that a key is gone; nil = nobody does
}

var errTodo = errors.New("not implemented yet")

// Service is the access keys of one account. It is safe for concurrent use; one serves a whole process, for weeks too.
type Service struct {
	api     API
	users   Users
	account Account
	opts    Options
}

// New returns the service. It makes no call.
func New(client API, users Users, account Account, opts Options) *Service {
	opts.Options = opts.WithDefaults()
	if opts.NewID == nil {
		opts.NewID = uuid.NewString
	}
	if opts.Recorder == nil {
		opts.Recorder = noRecorder{}
	}
	return &Service{api: client, users: users, account: account, opts: opts}
}

// Clock is the API's clock.
func (s *Service) Clock() domain.Clock {
	return domain.Clock{Machine: s.opts.Now, Offset: s.api.Offset}
}

// Now is the time by the API's clock.
func (s *Service) Now() time.Time { return s.Clock().Now() }

// Read returns one key of an owner, from the read that all keys of the owner share. What that read lacks is read again
// before it is believed to be gone. recorded is the identity of the key as the caller knows it. Read changes nothing.
//
// Errors: *domain.GoneError; *domain.IdentityMismatchError when the key is not there and account, owner or caller are not
// the recorded ones; or the API's, which prove nothing.
func (s *Service) Read(_ context.Context, owner Owner, id string, recorded Identity) (Key, error) {
	return Key{}, errTodo
}

// Reload is Read past the shared read, for a key as it was last known.
func (s *Service) Reload(_ context.Context, owner Owner, have Key) (Key, error) {
	return Key{}, errTodo
}

// List returns the keys of an owner, from a read that the process shares: it is younger than Options.ReadTTL, and than the
// last change that this process made for the owner. *domain.GoneError when an owner given by its id does not exist.
func (s *Service) List(_ context.Context, owner Owner) ([]Key, error) { return nil, errTodo }

// ListExisting is List for an owner that may not exist yet, and then has no keys: an owner that the shared list of users
// lacks costs no call. It is for the planning of keys.
func (s *Service) ListExisting(_ context.Context, owner Owner) ([]Key, error) { return nil, errTodo }

// Find returns the key with that id, whoever owns it: the caller's keys are searched first, then every user's.
// *domain.GoneError when no owner has it.
func (s *Service) Find(_ context.Context, id string) (Key, error) { return Key{}, errTodo }

// FindAll is Find for several ids. Ids that no owner has are left out of the result, which is in the order of ids.
func (s *Service) FindAll(_ context.Context, ids []string) ([]Key, error) { return nil, errTodo }

// Identify returns the identity of a key that was read or found, for a caller that has none recorded (an import). It reads
// the account's id and the owner's user id where they are not known; what the caller may not read stays empty.
func (s *Service) Identify(_ context.Context, k Key) Identity { return Identity{} }

// Update changes a key (UpdateAccessKey). have is the key as last known, want what it shall be; want.Owner addresses it.
//
// State and the expiry that must survive are always sent, because an update without the expiry may remove it (A1). When
// want has no state, the key is read first and the state that it has is sent: a key that somebody deactivated stays so.
// The answer is compared with what was asked, and corrected once.
//
// Errors: *OwnKeyError before any call, *domain.GoneError, *domain.IdentityMismatchError, *ExpiredError, *TagError,
// *UnsupportedError, *IncompleteError, or the API's. A Key with an ID comes with the errors after which the key is known.
func (s *Service) Update(_ context.Context, have Key, want Spec) (Key, error) { return Key{}, errTodo }

// ExpireWithin gives a key an expiry that far from now, by the API's clock, unless it expires earlier. It returns the key
// as it is then. Errors are those of Update.
func (s *Service) ExpireWithin(_ context.Context, owner Owner, have Key, left time.Duration) (Key, error) {
	return Key{}, errTodo
}

// Revoke deletes a key (DeleteAccessKey): the caller's own in one call, a user's after it was deactivated, because the API
// deletes a user's key only when it is INACTIVE. What the API refuses one way is tried the other way. A key, or an owner,
// that is gone is success.
//
// Errors: *OwnKeyError before any call, *domain.IdentityMismatchError, *IncompleteError when the key is INACTIVE and still
// there, or the API's.
func (s *Service) Revoke(_ context.Context, owner Owner, have Key) error { return errTodo }

// Deactivate makes a key that nobody will use inert, in one call, for a caller that has many to revoke and little time: all
// can be inert before the first is deleted. The same call gives it a marker, so that a key that is not deleted after all
// is recognised (Key.Unfinished).
//
// A key that is INACTIVE already, or expires within a minute, costs no call, nor does the caller's own, which Revoke deletes
// in one. The key is returned as it is then. A failure proves nothing: Revoke finds out. Errors: *OwnKeyError before any
// call, or the API's.
func (s *Service) Deactivate(_ context.Context, owner Owner, have Key) (Key, error) {
	return have, errTodo
}
