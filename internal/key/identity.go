package key

import (
	"context"
	"errors"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// A key is believed to be gone only where it was created: in the recorded account, and
//
//   - for an owner given by its id, when that user does not have the key or does not exist;
//   - for an owner given by its name, when the user with the recorded id does not have the key or does not exist. A user
//     that was renamed has taken its keys along. The name may be another user's by now;
//   - for the caller, when the calls are signed with the recorded key or with another one of the same owner, or when the
//     caller is root and no user has the key. No action says who the caller is.
//
// No call is made for this as long as the key is found.

// confirm reads one key of an owner past every shared read. Gone means an answer without the key from the right owner, or
// a list of users without the owner; any other failure proves nothing and is returned as it is.
func (s *Service) confirm(ctx context.Context, o Owner, id string, recorded Identity) (Key, error) {
	name := o.UserName
	if o.UserID != "" {
		u, err := s.users.Reload(ctx, o.UserID, recorded)
		if err != nil {
			return Key{}, s.proved(ofKey(err, id), id)
		}
		name = u.Name
	}
	found, err := s.readOne(ctx, name, id)
	gone := &domain.GoneError{Kind: domain.KindAccessKey, ID: id, UserName: name}
	switch {
	case found.ID != "":
		s.reads.Drop(name) // the shared read did not have it
		return s.identified(found, o, recorded), nil
	case api.IsNotFound(err) && name != "":
		if err := s.ownerGone(ctx, name, err); !errors.As(err, &gone) {
			return Key{}, err
		}
	case err != nil:
		return Key{}, err
	}
	found, err = s.believe(ctx, o, id, recorded, gone)
	return found, s.proved(err, id)
}

// proved records that the key is gone.
func (s *Service) proved(err error, id string) error {
	if domain.IsGone(err) {
		s.opts.Recorder.Gone(id)
	}
	return err
}

// believe returns gone, or the key if another read has it, or why the key may still exist.
func (s *Service) believe(ctx context.Context, o Owner, id string, recorded Identity, gone *domain.GoneError) (Key, error) {
	err := domain.BelieveGone(ctx, s.account, gone, recorded)
	switch {
	case !domain.IsGone(err):
		return Key{}, ofKey(err, id)
	case o.UserID != "":
		return Key{}, gone
	case o.UserName != "":
		return s.followOwner(ctx, o.UserName, id, recorded, gone)
	}
	return Key{}, s.sameCaller(ctx, id, recorded, gone)
}

// followOwner looks for a key among those of its recorded owner, which may have another name by now; where no owner is
// recorded and the name is nobody's any more, among all users'.
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
	case gone.Kind == domain.KindUser: // the old name is nobody's
		return s.identified(found, Owner{UserID: owner.ID}, recorded), nil
	}
	other, _ := s.users.Find(ctx, name)
	return Key{}, &domain.IdentityMismatchError{
		Kind: domain.KindAccessKey, ID: id, Recorded: recorded, RecordedName: owner.Name,
		Current: Identity{AccountID: recorded.AccountID, UserID: other.ID}, CurrentName: name,
	}
}

// sameCaller returns gone when the caller whose keys lack the key is the one that had it.
func (s *Service) sameCaller(ctx context.Context, id string, recorded Identity, gone *domain.GoneError) error {
	signer := s.signer()
	if recorded.Signer == "" || recorded.Signer == signer {
		return gone
	}
	own, err := s.ofName(ctx, "")
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
	return gone // the caller is root: its keys and every user's lack the key
}
