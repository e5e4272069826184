package key

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const (
	// deletionExpiry is the time until the new expiry that an expired key gets before it is deleted. The API may refuse to
	// delete an expired key (A3), and refuses a date in the past (A5).
	deletionExpiry = 15 * time.Minute
	// expiryMargin is the remaining time at which a key counts as expired, because the API's clock may be ahead.
	expiryMargin = time.Minute
)

// Update changes a key of want.Owner to want (UpdateAccessKey). have is the key as last known.
//
// Update always sends the state and the expiry, because an update without the expiry may remove it (A1). It first reads the
// key if the state or the expiry is not to change, because somebody else may have changed them since have was read:
//
//   - If want has no state, Update sends the current one, so that a key that somebody deactivated stays inactive.
//   - If want has the expiry of have and the key now expires earlier, Update changes nothing and returns an
//     *ExpiryShortenedError.
//
// It compares the answer with want, and sends the update once more if they differ.
//
// Errors: *OwnKeyError before any change, *ExpiryShortenedError, *domain.GoneError, *domain.IdentityMismatchError, *ExpiredError,
// *TagError, *UnsupportedError, *IncompleteError, or the API's. If the key is known despite an error, the Key has an ID.
func (s *Service) Update(ctx context.Context, have Key, want Spec) (Key, error) {
	keepsExpiry := sameInstant(want.Expires, have.Expires)
	if want.State == "" || keepsExpiry {
		now, err := s.Reload(ctx, want.Owner, have)
		if err != nil {
			return Key{}, err
		}
		if keepsExpiry && earlier(now.Expires, have.Expires) {
			return Key{}, &ExpiryShortenedError{KeyID: have.ID, Known: have.Expires, Expires: *now.Expires}
		}
		have, want.State = now, cmp.Or(want.State, now.State)
	}
	return s.applySpec(ctx, have, want)
}

// applySpec changes have to want, which has a state. Either have was just read, or want replaces both its state and its
// expiry. How often it sends UpdateAccessKey depends on the answer:
//
//	as wanted                          once
//	another value than wanted          twice (updateAndCompare)
//	a refusal of the tag or of the     once, and then up to two times more with less to change, to find out
//	removal of the expiry              what the API refuses (whyRefused)
//	lost, or the key is not known      once; then the key is read, and if its owner was renamed, again with the new name
func (s *Service) applySpec(ctx context.Context, have Key, want Spec) (Key, error) {
	name, err := s.lastKnownName(ctx, want.Owner, have)
	if err != nil {
		return Key{}, err
	}
	key, err := s.updateAndCompare(ctx, name, have, want)
	if mustReadKey(err) {
		now, proof := s.confirm(ctx, want.Owner, have.ID, have.Identity)
		switch {
		case domain.IsGone(proof) || domain.IsMismatch(proof):
			return Key{}, proof
		case proof == nil && len(differences(now, want)) == 0: // the change was made, and only its answer was lost
			return now, nil
		case proof == nil && now.UserName != name: // the owner was renamed
			key, err = s.updateAndCompare(ctx, now.UserName, now, want)
		}
	}
	if key.ID != "" {
		key = s.withIdentity(key, want.Owner, have.Identity)
	}
	return key, err
}

// updateAndCompare sends the update, and once more if the answer differs from want.
func (s *Service) updateAndCompare(ctx context.Context, userName string, have Key, want Spec) (Key, error) {
	key, err := s.updateOnce(ctx, userName, have, want)
	if err != nil {
		return key, err
	}
	if len(differences(key, want)) > 0 {
		s.opts.Info(ctx, "the access key is not as requested after its update: updating it once more", map[string]any{"access_key_id": key.ID})
		corrected, err := s.updateOnce(ctx, userName, key, want)
		if err != nil {
			return key, &IncompleteError{KeyID: key.ID, What: differences(key, want), Err: err}
		}
		key = corrected
	}
	if what := differences(key, want); len(what) > 0 {
		return key, &IncompleteError{KeyID: key.ID, What: what}
	}
	return key, nil
}

// updateOnce makes one UpdateAccessKey that changes have to want. If the API refuses it, updateOnce finds out why.
func (s *Service) updateOnce(ctx context.Context, userName string, have Key, want Spec) (Key, error) {
	in := inputFor(userName, have.ID, want)
	in.ClearExpirationDate = want.Expires == nil && have.Expires != nil
	retag := want.Tag != have.Tag
	if retag {
		setTag(&in, want.Tag)
	}
	key, err := s.update(ctx, in)
	if !api.IsInvalid(err) {
		return key, err
	}
	if want.Expires != nil && !want.Expires.After(s.Now()) {
		return Key{}, &ExpiredError{KeyID: have.ID, Expired: want.Expires, Err: err}
	}
	if !retag && !in.ClearExpirationDate {
		return Key{}, err
	}
	why, now := s.whyRefused(ctx, in, have.Tag)
	switch {
	case why == refusedMember:
		return now, &UnsupportedError{KeyID: have.ID, Err: err}
	case why == refusedValue && retag && want.Tag != "" && sameInstant(now.Expires, want.Expires):
		return now, &TagError{KeyID: have.ID, Tag: want.Tag, Err: err}
	}
	return now, err
}

// refusal is the reason why the API refused to change a tag or to remove an expiry.
type refusal int

const (
	refusedOther   refusal = iota // another member of the request
	refusedValue                  // the API can change a tag, but does not accept this one
	refusedMember                 // the API is older than 1.40.1 and does not know the members
	refusedUnclear                // unknown
)

// whyRefused finds out why the API refused an update. The error code does not say it: that of an older API is an assumption
// (A15). So whyRefused sends the update with the current tag of the key, and if that is refused too, without the tag and the
// removal of the expiry. If it returns a key, all other changes were made.
func (s *Service) whyRefused(ctx context.Context, in api.UpdateAccessKeyInput, has string) (refusal, Key) {
	in.ClearExpirationDate, in.Tag, in.ClearTag = false, nil, false
	same := in
	setTag(&same, has)
	now, err := s.update(ctx, same)
	switch {
	case err == nil:
		return refusedValue, now
	case !api.IsInvalid(err):
		return refusedUnclear, Key{}
	}
	now, err = s.update(ctx, in)
	switch {
	case err == nil:
		return refusedMember, now
	case api.IsInvalid(err) || mustReadKey(err):
		return refusedOther, Key{}
	}
	return refusedUnclear, Key{}
}

// SetState activates or deactivates a key that was just read, and keeps its expiry and its tag. Errors are those of Update,
// except *ExpiryShortenedError.
func (s *Service) SetState(ctx context.Context, owner Owner, have Key, state State) (Key, error) {
	return s.applySpec(ctx, have, Spec{Owner: owner, State: state, Expires: have.Expires, Tag: have.Tag})
}

// ExpireWithin lets a key expire after left, by the API's clock, unless it expires earlier. It returns the changed key.
// Errors are those of Update.
func (s *Service) ExpireWithin(ctx context.Context, owner Owner, have Key, left time.Duration) (Key, error) {
	key, err := s.Reload(ctx, owner, have)
	at := s.Now().Add(left).UTC().Truncate(time.Second) // after Reload, whose answer sets the clock
	if err != nil || (key.Expires != nil && !key.Expires.After(at)) {
		return key, err
	}
	return s.Update(ctx, key, Spec{Owner: owner, State: key.State, Expires: &at, Tag: key.Tag})
}

// Revoke deletes a key (DeleteAccessKey). It first deactivates the key of a user, because the API deletes such a key only if
// it is INACTIVE. It deletes a key of the caller in one call, and deactivates it only if the API refuses that. If the key or
// its owner no longer exists, Revoke succeeds.
//
// Errors: *OwnKeyError before any change, *domain.IdentityMismatchError, *NotDeletedError if the key is INACTIVE and still
// exists, or the API's.
func (s *Service) Revoke(ctx context.Context, owner Owner, have Key) error {
	name, err := s.lastKnownName(ctx, owner, have)
	if err == nil {
		err = s.revoke(ctx, owner, name, have)
	}
	if domain.IsGone(s.recordIfGone(err, have.ID)) {
		return nil // the API does not delete a user that has keys
	}
	return err
}

// revoke deactivates and deletes a key of the owner with this name. If the owner was renamed, it uses the new name.
func (s *Service) revoke(ctx context.Context, owner Owner, name string, have Key) error {
	err := s.deactivateAndDelete(ctx, name, have)
	if !mustReadKey(err) {
		return err
	}
	now, proof := s.confirm(ctx, owner, have.ID, have.Identity)
	switch {
	case domain.IsGone(proof) || domain.IsMismatch(proof):
		return proof
	case proof == nil && now.UserName != name:
		return s.deactivateAndDelete(ctx, now.UserName, now)
	}
	return err
}

// deactivateAndDelete deletes a key, and deactivates it before if that is necessary.
func (s *Service) deactivateAndDelete(ctx context.Context, userName string, have Key) error {
	expired := have.Expired(s.Now().Add(expiryMargin))
	if userName == "" || (have.State == Inactive && !expired) {
		if err := s.delete(ctx, userName, have.ID); err == nil || !api.IsConflict(err) {
			return err
		}
	}
	off := s.deactivate(ctx, userName, have)
	if off != nil && !api.IsConflict(off) && !api.IsInvalid(off) {
		return off
	}
	err := s.delete(ctx, userName, have.ID)
	switch {
	case err == nil:
		return nil
	case off != nil:
		return errors.Join(off, err)
	}
	have.State = Inactive
	return &NotDeletedError{Key: have, Err: err}
}

// deactivate makes a key INACTIVE and sends its expiry, because an update without it may remove it (A1). If the key has
// expired, the same call sets an expiry some minutes from now, so that the key cannot be used in between.
func (s *Service) deactivate(ctx context.Context, userName string, have Key) error {
	in := inputFor(userName, have.ID, Spec{State: Inactive, Expires: have.Expires})
	expired := have.Expired(s.Now().Add(expiryMargin))
	if expired {
		at := s.Now().Add(deletionExpiry)
		in.ExpirationDate = &at
	}
	_, err := s.update(ctx, in)
	if have.Expires != nil && api.IsInvalid(err) && (!expired || s.api.Clock().API.After(s.Now())) {
		at := s.api.Clock().API.Add(deletionExpiry) // the answer has set the API's clock, by which the first date may be in the past
		in.ExpirationDate = &at
		_, err = s.update(ctx, in)
	}
	return err
}

// Deactivate deactivates a key in one call. It is for callers that revoke many keys in little time: they can deactivate all
// of them before they delete the first. The same call gives the key a marker, so that it is found later (Key.Unfinished) if it
// is not deleted.
//
// Deactivate makes no call for a key that is INACTIVE or expires within a minute, or for a key of the caller, which Revoke
// deletes in one call. It returns the changed key. After an error the state of the key is unknown, and Revoke can still be
// called. Errors: *OwnKeyError before any change, or the API's.
func (s *Service) Deactivate(ctx context.Context, owner Owner, have Key) (Key, error) {
	if owner == (Owner{}) || have.State == Inactive || have.Expired(s.Now().Add(expiryMargin)) {
		return have, nil
	}
	name, err := s.lastKnownName(ctx, owner, have)
	if err != nil {
		return have, err
	}
	off := have
	off.State, off.Tag = Inactive, NewMarker(s.opts.NewID())
	in := inputFor(name, have.ID, Spec{State: Inactive, Expires: have.Expires})
	in.Tag = &off.Tag
	_, err = s.update(ctx, in)
	if api.IsInvalid(err) {
		// The API refuses the tag, or the key has expired by the API's clock. Deactivating the key is more important.
		off.Tag = have.Tag
		err = s.deactivate(ctx, name, have)
	}
	if err != nil {
		return have, err
	}
	return off, nil
}
