// Package rotation replaces an access key by a new one before it expires. It manages a pair of keys: the current key, and the
// previous key until it expires. A consumer that reads the secret between two rotations always has a valid key.
//
//   - A rotation does not change a current key that works before the new key exists. If it fails before that, the current key
//     is unchanged; if it fails later, Rotate returns both keys.
//   - The current key becomes the previous key and keeps its expiry, which the API enforces. So the overlap ends without a
//     later run. If the key was created elsewhere, it may have no expiry or a late one: it then expires a lifetime after the
//     rotation, as the new key does.
//   - There are never three keys. If the pair has two, the rotation first revokes the previous key, because fewer consumers use
//     it than the current one. But if only the previous key works, it revokes the current one, and the previous key stays. If
//     that fails, no key is created.
//   - A key works if it is ACTIVE and has not expired. A rotation never activates a key.
//   - The lifetime of a new key counts from its creation, by the API's clock, and not from the plan.
//   - If the new previous key has expired, the rotation deletes it after the new key exists.
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

// Pair is the current and the previous key. A Key without an ID is no key.
type Pair struct{ Current, Previous key.Key }

// Spec is the desired state of the next key of a pair.
type Spec struct {
	Owner    key.Owner
	Tag      string        // of the new key, "" = none
	Lifetime time.Duration // of the new key, from its creation; also the longest time for which the previous key stays valid
}

// Result is a pair after a rotation.
type Result struct {
	Pair
	Warnings []key.Warning
}

// RetirePreviousWarning says that the new key of a pair was created, and that the previous one could not be retired. It stays
// in the pair, so that a later call can retire it.
type RetirePreviousWarning struct {
	Key     key.Key
	Expired bool // true = the key has expired and was not deleted; false = its expiry is too late, or missing, and was not set
	Err     error
}

// Warning implements key.Warning.
func (w *RetirePreviousWarning) Warning() string {
	return fmt.Sprintf("%s could not be retired: %v", w.Key, w.Err)
}

// PreviousError says that no key was created, because the key of the pair that had to be revoked first could not be revoked.
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

// Rotate creates the next key of a pair, or the first one. have is the pair as last known; it may have keys that are gone. A
// missing owner is an error.
//
// Rotate returns the pair even with an error. If Current has a Secret, a new key was created, and the caller must keep the
// secret despite an error. Errors: *domain.GoneError (the owner), *domain.IdentityMismatchError, *PreviousError, and those
// of key.Service.Create.
func (s *Service) Rotate(ctx context.Context, have Pair, want Spec, opts key.CreateOptions) (Result, error) {
	there, err := s.reload(ctx, want.Owner, have)
	if err != nil {
		return Result{Pair: have}, err
	}
	if there.Current.ID != "" && there.Previous.ID != "" {
		ended := &there.Previous
		if s.works(there.Previous) && !s.works(there.Current) {
			ended = &there.Current
		}
		if err := s.keys.Revoke(ctx, want.Owner, *ended); err != nil {
			return Result{Pair: Pair{have.Current, there.Previous}}, &PreviousError{ended.ID, err}
		}
		*ended = key.Key{}
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
		created.Warnings = append(created.Warnings, &RetirePreviousWarning{Key: old, Expired: old.Expired(s.keys.Now()), Err: retireErr})
	}
	return Result{Pair{created.Key, old}, created.Warnings}, err
}

// reload reads the keys of a pair without the shared reads.
func (s *Service) reload(ctx context.Context, owner key.Owner, have Pair) (there Pair, err error) {
	if have.Current.ID == "" && have.Previous.ID == "" {
		_, _ = s.keys.List(ctx, owner) // any answer sets the API's clock, by which the first key expires
		return Pair{}, nil
	}
	if there.Current, err = s.reloadOne(ctx, owner, have.Current); err != nil {
		return Pair{}, err
	}
	there.Previous, err = s.reloadOne(ctx, owner, have.Previous)
	return there, err
}

// reloadOne reads a key. It returns the zero Key for no id, and for a key that is gone although its owner is not.
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

// works reports whether calls can be signed with the key.
func (s *Service) works(k key.Key) bool { return k.State == key.Active && !k.Expired(s.keys.Now()) }

// retire limits the previous key after the new one exists: it revokes an expired key, and a key that is valid for longer than
// want.Lifetime gets an earlier expiry.
func (s *Service) retire(ctx context.Context, old key.Key, want Spec) (key.Key, error) {
	switch {
	case old.ID == "":
		return old, nil
	case old.Expired(s.keys.Now()):
		if err := s.keys.Revoke(ctx, want.Owner, old); err != nil {
			return old, err
		}
		return key.Key{}, nil
	case old.Expires == nil || old.Expires.After(s.keys.Now().Add(want.Lifetime)):
		now, err := s.keys.ExpireWithin(ctx, want.Owner, old, want.Lifetime)
		if err != nil {
			return old, err
		}
		return now, nil
	}
	return old, nil
}

// Revoke revokes both keys of a pair, the previous one first. If one fails, it still revokes the other.
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
