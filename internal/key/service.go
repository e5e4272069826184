package key

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/cache"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// API has the actions that the service needs; *api.Client implements it.
type API interface {
	AccessKeyID() string
	// Accepted reports whether the API has accepted the credential.
	Accepted() bool
	// Clock reads the clocks of this machine and of the API.
	Clock() api.Clock
	CreateAccessKey(context.Context, api.CreateAccessKeyInput) (api.AccessKey, error)
	ReadAccessKeys(context.Context, api.ReadAccessKeysInput) ([]api.AccessKey, error)
	UpdateAccessKey(context.Context, api.UpdateAccessKeyInput) (api.AccessKey, error)
	DeleteAccessKey(ctx context.Context, userName, id string) error
	// CheckSecret makes one call that is signed with the key and the secret.
	CheckSecret(ctx context.Context, keyID, secret string) error
}

var _ API = (*api.Client)(nil)

// Users has the methods that the service needs; *user.Service implements it.
type Users interface {
	List(ctx context.Context) ([]user.User, error)
	Find(ctx context.Context, name string) (user.User, error)
	Read(ctx context.Context, id string, recorded domain.Identity) (user.User, error)
	// Reload is Read without the shared read.
	Reload(ctx context.Context, id string, recorded domain.Identity) (user.User, error)
	// Known returns the user with this id, or with this name if id is "", from earlier reads. It makes no call.
	Known(id, name string) (user.User, bool)
	// OnChange registers a function. It is called with a name when another user has this name, or none.
	OnChange(fn func(name string))
}

// Options are the options of the service in addition to domain.Options. Each member is optional.
type Options struct {
	domain.Options
	NewID    func() string // unique among all processes; nil = a random UUID
	Recorder Recorder      // is notified of creations and of deleted keys; nil = none
}

// Service manages the access keys of one account. It is safe for concurrent use and for processes that run for weeks.
type Service struct {
	api     API
	users   Users
	account domain.Account
	opts    Options
	reads   *cache.Reads[[]Key] // by the current name of the owner; without identities
	checks  sync.Mutex          // held during a check of a secret
}

// New returns the service. It makes no call.
func New(client API, users Users, account domain.Account, opts Options) *Service {
	opts.Options = opts.WithDefaults()
	if opts.NewID == nil {
		opts.NewID = uuid.NewString
	}
	if opts.Recorder == nil {
		opts.Recorder = noRecorder{}
	}
	// The cache uses the machine's clock, because answers of the API change the other one.
	s := &Service{api: client, users: users, account: account, opts: opts, reads: cache.New[[]Key](opts.Now, domain.ReadTTL)}
	users.OnChange(s.reads.Drop)
	return s
}

// Now returns the time by the API's clock: see domain.Clock.
func (s *Service) Now() time.Time { return s.api.Clock().Now() }

// signs reports whether id is the key that signs the calls of this process.
func (s *Service) signs(id string) bool { return id != "" && id == s.api.AccessKeyID() }

// signer returns the value of Identity.Signer for keys of the caller.
func (s *Service) signer() string {
	if id := s.api.AccessKeyID(); id != "" {
		return id
	}
	return domain.SignerLogin
}

// write makes a call that changes a key of this owner, and drops the shared read of the owner's keys.
func (s *Service) write(userName string, call func() (api.AccessKey, error)) (Key, error) {
	s.reads.Drop(userName)
	defer s.reads.Drop(userName)
	answer, err := call()
	if err != nil {
		return Key{}, err
	}
	return keyOf(userName, answer), nil
}

func (s *Service) create(ctx context.Context, in api.CreateAccessKeyInput) (Key, error) {
	return s.write(in.UserName, func() (api.AccessKey, error) { return s.api.CreateAccessKey(ctx, in) })
}

// update changes a key, but does not deactivate the one that signs the calls.
func (s *Service) update(ctx context.Context, in api.UpdateAccessKeyInput) (Key, error) {
	if in.State == string(Inactive) && s.signs(in.ID) {
		return Key{}, &OwnKeyError{ID: in.ID}
	}
	return s.write(in.UserName, func() (api.AccessKey, error) { return s.api.UpdateAccessKey(ctx, in) })
}

// inputFor returns an update that sends the state and the expiry of want.
func inputFor(userName, id string, want Spec) api.UpdateAccessKeyInput {
	return api.UpdateAccessKeyInput{ID: id, UserName: userName, State: string(want.State), ExpirationDate: want.Expires}
}

func setTag(in *api.UpdateAccessKeyInput, tag string) {
	if tag == "" {
		in.ClearTag = true
	} else {
		in.Tag = &tag
	}
}

// delete deletes a key, but not the one that signs the calls, and records that it is gone.
func (s *Service) delete(ctx context.Context, userName, id string) error {
	if s.signs(id) {
		return &OwnKeyError{ID: id}
	}
	_, err := s.write(userName, func() (api.AccessKey, error) { return api.AccessKey{}, s.api.DeleteAccessKey(ctx, userName, id) })
	if err == nil {
		s.opts.Recorder.Gone(id)
	}
	return err
}

// currentName returns the current name of an owner, "" for the caller. It makes a call only if the owner is identified by its
// id, and the call is shared.
func (s *Service) currentName(ctx context.Context, o Owner, recorded Identity) (string, error) {
	if o.UserID == "" {
		return o.UserName, nil
	}
	u, err := s.users.Read(ctx, o.UserID, recorded)
	return u.Name, err
}

// lastKnownName returns the name of the owner for a change of a known key. It uses the last known name instead of a call: if
// another user has this name now, the API refuses the id of the key, and the caller reads the key again.
func (s *Service) lastKnownName(ctx context.Context, o Owner, have Key) (string, error) {
	if o.UserID != "" && have.UserName != "" {
		if _, known := s.users.Known(o.UserID, ""); !known {
			return have.UserName, nil
		}
	}
	name, err := s.currentName(ctx, o, have.Identity)
	return name, asKeyMismatch(err, have.ID)
}

// asKeyMismatch converts an *domain.IdentityMismatchError about the owner to one about the key.
func asKeyMismatch(err error, id string) error {
	var mismatch *domain.IdentityMismatchError
	if !errors.As(err, &mismatch) {
		return err
	}
	of := *mismatch
	of.Kind, of.ID = domain.KindAccessKey, id
	return &of
}

// ownerGone is called after the API answered that it does not know the owner. It returns a *domain.GoneError if no user has
// this name, and otherwise the refusal.
func (s *Service) ownerGone(ctx context.Context, name string, refused error) error {
	u, err := s.users.Find(ctx, name)
	if err == nil { // the shared read may be older than the refusal
		u, err = s.users.Reload(ctx, u.ID, Identity{})
	}
	if domain.IsGone(err) || (err == nil && u.Name != name) {
		return &domain.GoneError{Kind: domain.KindUser, Name: name}
	}
	return refused
}

// withIdentity adds the identity to a key that was found, as far as it is known without a call.
func (s *Service) withIdentity(k Key, o Owner, recorded Identity) Key {
	k.Identity = recorded
	if k.Identity.AccountID == "" {
		k.Identity.AccountID = s.account.KnownID()
	}
	switch {
	case o.UserID != "":
		k.Identity.UserID = o.UserID
	case k.UserName == "":
		k.Identity.Signer = s.signer()
	case k.Identity.UserID == "":
		u, _ := s.users.Known("", k.UserName)
		k.Identity.UserID = u.ID
	}
	return k
}

// Identify returns the identity of a key for a caller that has none recorded, such as an import. It reads the id of the
// account and the id of the owner if they are not known. What the caller may not read stays empty.
func (s *Service) Identify(ctx context.Context, k Key) Identity {
	ctx, cancel := domain.WithIdentityLimit(ctx)
	defer cancel()
	accountID, _ := s.account.ID(ctx)
	return s.identify(ctx, Owner{UserName: k.UserName, UserID: k.Identity.UserID}, k.UserName, accountID)
}

// identify returns the identity of a key in this account. name is the current name of the owner.
func (s *Service) identify(ctx context.Context, o Owner, name, accountID string) Identity {
	is := Identity{AccountID: accountID, UserID: o.UserID}
	if o.UserID != "" {
		return is
	}
	if name == "" {
		is.Signer = s.signer()
		return is
	}
	u, known := s.users.Known("", name)
	if !known {
		ctx, cancel := domain.WithIdentityLimit(ctx)
		defer cancel()
		u, _ = s.users.Find(ctx, name)
	}
	is.UserID = u.ID
	return is
}

// mustReadKey reports whether a key must be read after this failure: the answer was lost, or the key may not exist. The codes
// 4000 and 5xxx can also be about the owner or about the key that signs.
func mustReadKey(err error) bool {
	return api.IsNotFound(err) || api.IsKeyNotFound(err) || api.IsLostAnswer(err)
}

func keyOf(userName string, k api.AccessKey) Key {
	return Key{
		ID: k.ID, UserName: userName, State: State(k.State), Tag: k.Tag, Secret: k.SecretKey,
		Created: k.CreationDate, Modified: k.LastModificationDate, Expires: k.ExpirationDate,
	}
}

func indexKey(keys []Key, id string) int {
	return slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
}
