package key

import (
	"context"
	"errors"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const (
	// deletionExpiry is the expiry that an expired key gets for the moments before it is deleted: the API may refuse to
	// delete an expired key (A3) and refuses a date that has passed (A5).
	deletionExpiry = 15 * time.Minute
	// expiryMargin is how near an expiry counts as passed: the API's clock decides, not this machine's.
	expiryMargin = time.Minute
)

// Update changes a key (UpdateAccessKey). have is the key as last known, want its new values; want.Owner addresses it.
//
// State and the expiry that must survive are always sent, because an update without the expiry may remove it (A1). When
// want has no state, the key is read first and the state that it has is sent: a key that somebody deactivated stays inactive.
// The answer is compared with want, and a difference is corrected once.
//
// Errors: *OwnKeyError before any call, *domain.GoneError, *domain.IdentityMismatchError, *ExpiredError, *TagError,
// *UnsupportedError, *IncompleteError, or the API's. A Key with an ID comes with the errors after which the key is known.
func (s *Service) Update(ctx context.Context, have Key, want Spec) (Key, error) {
	if want.State == Inactive && s.signs(have.ID) {
		return Key{}, &OwnKeyError{ID: have.ID, Action: "deactivate"}
	}
	if want.State == "" {
		now, err := s.Reload(ctx, want.Owner, have)
		if err != nil {
			return Key{}, err
		}
		have, want.State = now, now.State
	}
	name, err := s.nameToWrite(ctx, want.Owner, have)
	if err != nil {
		return Key{}, err
	}
	key, err := s.change(ctx, name, have, want)
	if doubtful(err) {
		now, proof := s.confirm(ctx, want.Owner, have.ID, have.Identity)
		switch {
		case domain.IsGone(proof) || domain.IsMismatch(proof):
			return Key{}, proof
		case proof == nil && len(differences(now, want)) == 0: // the change was made, only its answer was lost
			return now, nil
		case proof == nil && now.UserName != name: // the owner was renamed meanwhile
			key, err = s.change(ctx, now.UserName, now, want)
		}
	}
	if key.ID != "" {
		key = s.identified(key, want.Owner, have.Identity)
	}
	return key, err
}

// change sends the update, compares the answer, and corrects once. want has a state.
func (s *Service) change(ctx context.Context, userName string, have Key, want Spec) (Key, error) {
	key, err := s.send(ctx, userName, have, want)
	if err != nil {
		return key, err
	}
	if len(differences(key, want)) > 0 {
		s.opts.Info(ctx, "the access key is not as asked after its update: correcting once", map[string]any{"access_key_id": key.ID})
		corrected, err := s.send(ctx, userName, key, want)
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

// send makes one UpdateAccessKey that changes have to want. After a refusal it determines the reason.
func (s *Service) send(ctx context.Context, userName string, have Key, want Spec) (Key, error) {
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

// refusal is the reason for which an update of a tag, or the removal of an expiry, was refused.
type refusal int

const (
	refusedOther   refusal = iota // another member
	refusedValue                  // the API knows how to change a tag: it does not accept this value
	refusedMember                 // the API is older than 1.40.1 and does not know the members
	refusedUnclear                // unknown
)

// whyRefused determines why an update was refused. The code does not show it, because the code of an older API is assumed
// (A15). So the update is sent again with the current tag of the key, which every API accepts that knows the member; if that
// is refused too, without these members. If a key is returned, all other changes were made.
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
	case api.IsInvalid(err) || doubtful(err):
		return refusedOther, Key{}
	}
	return refusedUnclear, Key{}
}

// SetState activates or deactivates a key and keeps its expiry and its tag. Errors are those of Update.
func (s *Service) SetState(ctx context.Context, owner Owner, have Key, state State) (Key, error) {
	return s.Update(ctx, have, Spec{Owner: owner, State: state, Expires: have.Expires, Tag: have.Tag})
}

// ExpireWithin gives a key an expiry that far from now, by the API's clock, unless it expires earlier. It returns the key
// as it is then. Errors are those of Update.
func (s *Service) ExpireWithin(ctx context.Context, owner Owner, have Key, left time.Duration) (Key, error) {
	key, err := s.Reload(ctx, owner, have)
	at := s.Now().Add(left).UTC().Truncate(time.Second) // by the clock that the answer to Reload has set
	if err != nil || (key.Expires != nil && !key.Expires.After(at)) {
		return key, err
	}
	return s.Update(ctx, key, Spec{Owner: owner, State: key.State, Expires: &at, Tag: key.Tag})
}

// Revoke deletes a key (DeleteAccessKey): the caller's own in one call, a user's after it was deactivated, because the API
// deletes a user's key only when it is INACTIVE. If the API refuses one way, the other one is tried. A key or an
// owner that no longer exists is a success.
//
// Errors: *OwnKeyError before any call, *domain.IdentityMismatchError, *NotDeletedError when the key is INACTIVE and still
// there, or the API's.
func (s *Service) Revoke(ctx context.Context, owner Owner, have Key) error {
	if s.signs(have.ID) {
		return &OwnKeyError{ID: have.ID, Action: "delete"}
	}
	name, err := s.nameToWrite(ctx, owner, have)
	if err == nil {
		err = s.revoke(ctx, owner, name, have)
	}
	if domain.IsGone(s.proved(err, have.ID)) {
		return nil // a user that has keys cannot be deleted, so they were deleted before
	}
	return err
}

// revoke ends a key of the owner with that name, and follows an owner that was renamed meanwhile.
func (s *Service) revoke(ctx context.Context, owner Owner, name string, have Key) error {
	err := s.end(ctx, name, have)
	if !doubtful(err) {
		return err
	}
	now, proof := s.confirm(ctx, owner, have.ID, have.Identity)
	switch {
	case domain.IsGone(proof) || domain.IsMismatch(proof):
		return proof
	case proof == nil && now.UserName != name:
		return s.end(ctx, now.UserName, now)
	}
	return err
}

// end deactivates and deletes a key.
func (s *Service) end(ctx context.Context, userName string, have Key) error {
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

// deactivate makes a key INACTIVE and keeps its expiry, which an update without it may remove (A1). An expiry that has
// passed is moved ahead by minutes in the same call, so that the key is never usable in between.
func (s *Service) deactivate(ctx context.Context, userName string, have Key) error {
	in := inputFor(userName, have.ID, Spec{State: Inactive, Expires: have.Expires})
	expired := have.Expired(s.Now().Add(expiryMargin))
	if expired {
		in.ExpirationDate = s.soon()
	}
	_, err := s.update(ctx, in)
	if have.Expires != nil && api.IsInvalid(err) && (!expired || s.Clock().API().After(s.Now())) {
		at := s.Clock().API().Add(deletionExpiry) // it may have passed by the API's clock, which is known from the answer
		in.ExpirationDate = &at
		_, err = s.update(ctx, in)
	}
	return err
}

// soon is the expiry of an expired key for the moments before it is deleted, by the API's clock as it is known now.
func (s *Service) soon() *time.Time {
	at := s.Now().Add(deletionExpiry)
	return &at
}

// Deactivate deactivates a key in one call, for a caller that has many keys to revoke and little time: all can be inactive
// before the first is deleted. The same call gives it a marker, so that a key that is not deleted after all
// is recognised (Key.Unfinished).
//
// A key that is INACTIVE already, or expires within a minute, costs no call, nor does the caller's own, which Revoke deletes
// in one. The key is returned as it is then. A failure proves nothing: Revoke finds out. Errors: *OwnKeyError before any
// call, or the API's.
func (s *Service) Deactivate(ctx context.Context, owner Owner, have Key) (Key, error) {
	if s.signs(have.ID) {
		return have, &OwnKeyError{ID: have.ID, Action: "deactivate"}
	}
	if owner == (Owner{}) || have.State == Inactive || have.Expired(s.Now().Add(expiryMargin)) {
		return have, nil
	}
	name, err := s.nameToWrite(ctx, owner, have)
	if err != nil {
		return have, err
	}
	off := have
	off.State, off.Tag = Inactive, NewMarker(s.opts.NewID())
	in := inputFor(name, have.ID, Spec{State: Inactive, Expires: have.Expires})
	in.Tag = &off.Tag
	_, err = s.update(ctx, in)
	if api.IsInvalid(err) {
		// The tag is refused, or the expiry has passed by the API's clock. It is more important that the key is inactive.
		off.Tag = have.Tag
		err = s.deactivate(ctx, name, have)
	}
	if err != nil {
		return have, err
	}
	return off, nil
}
