// Package rotation keeps a credential that renews itself: a pair of access keys at most, the current one and the one before
// it until it expires. Readers who fetch the secret between two rotations therefore always hold a key that works.
package rotation

import (
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Keys is what a rotation needs of the service of keys; *key.Service has it.
type Keys interface {
	Now() time.Time
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
	Reload(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error)
	Create(ctx context.Context, want key.Spec, opts key.CreateOptions) (key.Created, error)
	ExpireWithin(ctx context.Context, owner key.Owner, have key.Key, left time.Duration) (key.Key, error)
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

var _ Keys = (*key.Service)(nil)

// Pair is the keys of one credential that renews itself. A Key without an ID is none.
type Pair struct{ Current, Previous key.Key }

// Spec is what the next key of a pair is asked to be.
type Spec struct {
	Owner    key.Owner
	Tag      string        // of the new key, "" = none
	Lifetime time.Duration // of the new key, from the moment it is created
	Overlap  time.Duration // what is left to a previous key that has no expiry
}

// RetirePreviousWarning says that the next key of a pair was created and that its predecessor could not be retired.
type RetirePreviousWarning struct {
	Key     key.Key // the previous key
	Expired bool    // it has expired and was not deleted; otherwise it never expires and was given no expiry
	Err     error
}

// Warning implements key.Warning.
func (w *RetirePreviousWarning) Warning() string {
	return w.Key.String() + " could not be retired: " + w.Err.Error()
}

// Service rotates pairs of keys. It is safe for concurrent use.
type Service struct{ keys Keys }

// New returns the service. It makes no call.
func New(keys Keys) *Service { return &Service{keys} }

// Result is a pair after a rotation.
type Result struct {
	Pair
	Warnings []key.Warning
}

// Rotate creates the next key of a pair, or the first when there is none. have is the pair as last known; what of it is
// gone, its owner excepted, counts as none.
//
// The pair returned is what there is now, also with an error. A new key was created if its Current has a Secret, which must
// be kept whatever the error says. Errors: *domain.GoneError (the owner), *domain.IdentityMismatchError, *key.OwnKeyError
// (the previous key signs the calls), and those of Create and Revoke.
func (s *Service) Rotate(_ context.Context, have Pair, want Spec, opts key.CreateOptions) (Result, error) {
	return Result{Pair: have}, errors.New("not implemented yet")
}

// Revoke revokes both keys of a pair, the older one first. One that cannot be revoked does not keep the other.
func (s *Service) Revoke(_ context.Context, owner key.Owner, have Pair) error {
	return errors.New("not implemented yet")
}
