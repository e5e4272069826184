package key

import (
	"context"
	"errors"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// A key counts as gone only if the account is the recorded one, and
//
//   - for an owner identified by its id: the user does not have the key, or does not exist;
//   - for an owner identified by its name: the user with the recorded id does not have the key, or does not exist. The user may
//     have been renamed, and another user may have the name now;
//   - for the caller: the calls are signed with the recorded key or with another key of the same owner, or the caller is the
//     root account and no user has the key. No API action says who the caller is.
//
// These checks make calls only if the key is not found.

// confirm reads one key of an owner without the shared reads. The error is a *domain.GoneError if the right owner does not
// have the key or does not exist. Any other error says nothing about the key.
//
//	owner                 the key is listed    the key is not listed    the API does not know the owner
//	named by its id       the key              gone: the key            gone: the user
//	named by its name     the key              followOwner              followOwner
//	the caller            the key              sameCaller               -
//
// Before the last two columns, the account must be the recorded one (confirmOwner).
func (s *Service) confirm(ctx context.Context, o Owner, id string, recorded Identity) (Key, error) {
	name := o.UserName
	if o.UserID != "" {
		u, err := s.users.Reload(ctx, o.UserID, recorded)
		if err != nil {
			return Key{}, s.recordIfGone(asKeyMismatch(err, id), id)
		}
		name = u.Name
	}
	found, err := s.readOne(ctx, name, id)
	gone := &domain.GoneError{Kind: domain.KindAccessKey, ID: id, UserName: name}
	switch {
	case found.ID != "":
		s.reads.Drop(name) // the shared read did not have it
		return s.withIdentity(found, o, recorded), nil
	case api.IsNotFound(err) && name != "":
		if err := s.ownerGone(ctx, name, err); !errors.As(err, &gone) { // otherwise gone is about the owner now
			return Key{}, err
		}
	case err != nil:
		return Key{}, err
	}
	found, err = s.confirmOwner(ctx, o, id, recorded, gone)
	return found, s.recordIfGone(err, id)
}

// recordIfGone records that the key is gone, if err says so, and returns err.
func (s *Service) recordIfGone(err error, id string) error {
	if domain.IsGone(err) {
		s.opts.Recorder.Gone(id)
	}
	return err
}

// confirmOwner is called when the owner does not have the key. It returns gone if the account and the owner are the recorded
// ones, the key if its owner has another name now, and otherwise an error: the key may still exist.
func (s *Service) confirmOwner(ctx context.Context, o Owner, id string, recorded Identity, gone *domain.GoneError) (Key, error) {
	err := domain.ConfirmGone(ctx, s.account, gone, recorded)
	switch {
	case !domain.IsGone(err):
		return Key{}, asKeyMismatch(err, id)
	case o.UserID != "":
		return Key{}, gone
	case o.UserName != "":
		return s.followOwner(ctx, o.UserName, id, recorded, gone)
	}
	return Key{}, s.sameCaller(ctx, id, recorded, gone)
}

// followOwner looks for a key among the keys of its recorded owner, which may have been renamed. If no owner is recorded and
// no user has the name, it looks among the keys of all users.
func (s *Service) followOwner(ctx context.Context, name, id string, recorded Identity, gone *domain.GoneError) (Key, error) {
	if recorded.UserID == "" {
		if gone.Kind != domain.KindUser {
			return Key{}, gone
		}
		found, err := s.Find(ctx, id)
		if domain.IsGone(err) {
			err = gone
		}
		return found, err
	}
	owner, err := s.users.Reload(ctx, recorded.UserID, recorded)
	switch {
	case domain.IsGone(err), err == nil && owner.Name == name:
		return Key{}, gone
	case err != nil:
		return Key{}, err
	}
	found, err := s.readOne(ctx, owner.Name, id)
	switch {
	case err != nil:
		return Key{}, err
	case found.ID == "":
		return Key{}, gone
	case gone.Kind == domain.KindUser: // no user has the old name
		return s.withIdentity(found, Owner{UserID: owner.ID}, recorded), nil
	}
	other, _ := s.users.Find(ctx, name)
	return Key{}, &domain.IdentityMismatchError{
		Kind: domain.KindAccessKey, ID: id, Recorded: recorded, RecordedName: owner.Name,
		Current: Identity{AccountID: recorded.AccountID, UserID: other.ID}, CurrentName: name,
	}
}

// sameCaller returns gone if the caller, who does not have the key, is the recorded one.
func (s *Service) sameCaller(ctx context.Context, id string, recorded Identity, gone *domain.GoneError) error {
	signer := s.signer()
	if recorded.Signer == "" || recorded.Signer == signer {
		return gone
	}
	own, err := s.sharedList(ctx, "")
	if err != nil {
		return err
	}
	if indexKey(own, recorded.Signer) >= 0 {
		return gone
	}
	mismatch := &domain.IdentityMismatchError{
		Kind: domain.KindAccessKey, ID: id, Recorded: recorded,
		Current: Identity{AccountID: s.account.KnownID(), Signer: signer},
	}
	found, _, err := s.amongUsers(ctx, []string{id, signer})
	if err != nil {
		mismatch.Err = err
		return mismatch
	}
	theirs, known := found[id]
	mine, isUser := found[signer]
	mismatch.RecordedName, mismatch.CurrentName = theirs.UserName, mine.UserName
	if known || isUser {
		mismatch.Current.UserID = mine.Identity.UserID
		return mismatch
	}
	return gone // the caller is the root account, and neither it nor any user has the key
}
