// Package rotation keeps a credential that renews itself: a pair of access keys at most, the current one and the one before
// it until it expires. Readers who fetch the secret between two rotations therefore always hold a key that works.
//
//   - The new key is created before anything happens to the current one. A rotation that fails leaves the current key as it
//     was; one that fails after the new key exists returns both.
//   - The current key keeps its own expiry, which the API enforces: no later run is needed to end the overlap.
//   - There are never three live keys. If the key before the current one is still there, it is revoked first: of the two it
//     is the one that fewer readers hold. If that fails, no key is created.
//   - The life of a new key counts from the moment it is created, by the API's clock, and not from that of a plan.
//   - A previous key without an expiry of its own (it was created elsewhere) gets one, because nobody would end it.
//   - A previous key that has expired is deleted as soon as its successor exists.
package rotation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
)

// Keys has the methods of the key service that a rotation needs; *key.Service implements it.
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

// Spec is the desired state of the next key of a pair.
type Spec struct {
	Owner    key.Owner
	Tag      string        // of the new key, "" = none
	Lifetime time.Duration // of the new key, from the moment it is created
	Overlap  time.Duration // the remaining lifetime of a previous key without an expiry
}

// Result is a pair after a rotation.
type Result struct {
	Pair
	Warnings []key.Warning
}

// RetirePreviousWarning says that the next key of a pair was created and that the one before it could not be retired. A
// later call can retire it: it is in the pair.
type RetirePreviousWarning struct {
	Key key.Key // the previous key: it has expired and was not deleted, or it never expires and was given no expiry
	Err error
}

// Warning implements key.Warning.
func (w *RetirePreviousWarning) Warning() string {
	return fmt.Sprintf("%s could not be retired: %v", w.Key, w.Err)
}

// PreviousError says that no key was created, because the previous key of the pair, which would have been one of three,
// could not be revoked.
type PreviousError struct {
	KeyID string
	Err   error
}

func (e *PreviousError) Error() string {
	return fmt.Sprintf("access key %s had to be revoked first: %v", e.KeyID, e.Err)
}

func (e *PreviousError) Unwrap() error { return e.Err }

// Service rotates pairs of keys. It is safe for concurrent use.
type Service struct{ keys Keys }

// New returns the service. It makes no call.
func New(keys Keys) *Service { return &Service{keys} }

// Rotate creates the next key of a pair, or the first when there is none. have is the pair as last known. A key of it
// that is gone counts as none; a missing owner is an error.
//
// The returned pair is the current one, also with an error. A new key was created if its Current has a Secret, which must be
// kept despite an error. Errors: *domain.GoneError (the owner), *domain.IdentityMismatchError, *PreviousError, and
// those of key.Service.Create.
func (s *Service) Rotate(ctx context.Context, have Pair, want Spec, opts key.CreateOptions) (Result, error) {
	there, err := s.reload(ctx, want.Owner, have)
	if err != nil {
		return Result{Pair: have}, err
	}
	if there.Current.ID != "" && there.Previous.ID != "" {
		if err := s.keys.Revoke(ctx, want.Owner, there.Previous); err != nil {
			return Result{Pair: Pair{have.Current, there.Previous}}, &PreviousError{there.Previous.ID, err}
		}
		there.Previous = key.Key{}
	}
	expires := s.keys.Now().Add(want.Lifetime).UTC().Truncate(time.Second)
	created, err := s.keys.Create(ctx, key.Spec{Owner: want.Owner, State: key.Active, Expires: &expires, Tag: want.Tag}, opts)
	if created.Key.ID == "" {
		return Result{Pair{have.Current, there.Previous}, created.Warnings}, err
	}
	old := there.Current
	if old.ID == "" {
		old = there.Previous
	}
	old, retireErr := s.retire(ctx, old, want)
	if retireErr != nil {
		created.Warnings = append(created.Warnings, &RetirePreviousWarning{Key: old, Err: retireErr})
	}
	return Result{Pair{created.Key, old}, created.Warnings}, err
}

// reload reads the keys of a pair without the shared reads.
func (s *Service) reload(ctx context.Context, owner key.Owner, have Pair) (there Pair, err error) {
	if have.Current.ID == "" && have.Previous.ID == "" {
		_, _ = s.keys.List(ctx, owner) // any answer, a refusal too, tells the API's clock, by which the first key expires
		return Pair{}, nil
	}
	if there.Current, err = s.reloadOne(ctx, owner, have.Current); err != nil {
		return Pair{}, err
	}
	there.Previous, err = s.reloadOne(ctx, owner, have.Previous)
	return there, err
}

// reloadOne returns no key for no id, and for a key that is gone while its owner is not.
func (s *Service) reloadOne(ctx context.Context, owner key.Owner, have key.Key) (key.Key, error) {
	if have.ID == "" {
		return key.Key{}, nil
	}
	now, err := s.keys.Reload(ctx, owner, have)
	if domain.IsGone(err) && !domain.IsUserGone(err) {
		return key.Key{}, nil
	}
	return now, err
}

// retire handles the previous key after the next one exists: an expired key is revoked, and a key without an expiry gets one.
func (s *Service) retire(ctx context.Context, old key.Key, want Spec) (key.Key, error) {
	switch {
	case old.ID == "":
		return old, nil
	case old.Expired(s.keys.Now()):
		if err := s.keys.Revoke(ctx, want.Owner, old); err != nil {
			return old, err
		}
		return key.Key{}, nil
	case old.Expires == nil:
		now, err := s.keys.ExpireWithin(ctx, want.Owner, old, want.Overlap)
		if err != nil {
			return old, err
		}
		return now, nil
	}
	return old, nil
}

// Revoke revokes both keys of a pair, the older one first. One that cannot be revoked does not keep the other.
func (s *Service) Revoke(ctx context.Context, owner key.Owner, have Pair) error {
	var failed error
	for _, k := range []key.Key{have.Previous, have.Current} {
		if k.ID == "" {
			continue
		}
		if err := s.keys.Revoke(ctx, owner, k); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s was not revoked: %w", k, err))
		}
	}
	return failed
}
