package user

import (
	"context"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const (
	// clockMargin is how much earlier than its request a user may be dated and still be the one that the request created:
	// the API accepts requests whose clock is off by as much.
	clockMargin = api.Tolerated
	// deleteNameTTL is how old a name may be by which a user is deleted: the name could be another user's by then. It is as
	// long as a call may wait for the client's rate limit, and long enough for many deletions to share one list.
	deleteNameTTL = 5 * time.Second
	// updateTries is how many times an update is sent when its answer is lost or its user was renamed meanwhile.
	updateTries = 2
)

// Create creates a user (CreateUser). When the answer is lost the name is looked up before anything is decided: a user of
// that name that is as asked and as young as the request is the one that was created; an older one is somebody else's.
// Without one the request is sent again. The work is not cut by a cancelled ctx; its deadline holds, see
// domain.CreateNamed.
//
// Errors: *domain.AmbiguousError, or the API's.
func (s *Service) Create(ctx context.Context, want Spec) (User, error) {
	if err := ctx.Err(); err != nil {
		return User{}, err
	}
	if _, err := domain.ReadyToCreate(ctx, s.account, s.api.Accepted); err != nil {
		return User{}, err
	}
	if want.Path == "" {
		want.Path = "/"
	}
	since := s.opts.Now().Add(s.api.Offset()).Add(-clockMargin)
	defer s.changed(want.Name)
	user, err := domain.CreateNamed(ctx, s.opts, domain.NamedCreation[User]{
		Action: "CreateUser", Kind: domain.KindUser, Name: want.Name,
		Create: func(ctx context.Context) (User, error) {
			created, err := s.api.CreateUser(ctx, api.CreateUserInput{UserName: want.Name, Path: want.Path, Email: want.Email})
			return s.userOf(created), err
		},
		Find: func(ctx context.Context) (User, error) {
			s.all.Drop(allUsers)
			users, err := s.read(ctx, nil)
			if err != nil {
				return User{}, err
			}
			return named(users, want.Name)
		},
		Mine: func(u User) (string, bool) { return u.ID, u.is(want) && !u.Created.Before(since) },
	})
	if err != nil {
		return User{}, err
	}
	s.remember(user)
	return user, nil
}

// is reports whether a user is as asked.
func (u User) is(want Spec) bool {
	return (want.Name == "" || u.Name == want.Name) && (want.Path == "" || u.Path == want.Path) && (want.Email == "" || u.Email == want.Email)
}

// Update changes the user with that id, whatever its name is now (UpdateUser). A rename keeps the id and the access keys.
// After a lost answer the user is read before anything is sent again.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Update(ctx context.Context, id string, recorded domain.Identity, want Spec) (User, error) {
	for try := 1; ; try++ {
		now, err := s.Reload(ctx, id, recorded)
		if err != nil || (try > 1 && now.is(want)) {
			return now, err
		}
		in := api.UpdateUserInput{UserName: now.Name, NewPath: want.Path}
		if want.Name != "" && want.Name != now.Name {
			in.NewUserName = want.Name
		}
		if want.Email != now.Email {
			in.NewUserEmail = want.Email
		}
		updated, err := s.api.UpdateUser(ctx, in)
		s.changed(now.Name, want.Name)
		if err == nil {
			user := s.userOf(updated)
			s.remember(user)
			return user, nil
		}
		s.forget(id)
		s.all.Drop(allUsers)
		if try == updateTries || (!api.IsAmbiguous(err) && !api.IsNotFound(err)) {
			return User{}, err
		}
	}
}

// Delete deletes the user with that id (DeleteUser). Its name is looked up in a list that is seconds old, because the API
// deletes by name and another user may have it by now; deletions at the same time share that list. A user that is already
// gone is success.
//
// Errors: *domain.HeldError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Delete(ctx context.Context, id string, recorded domain.Identity) error {
	user, err := s.readWithin(ctx, id, recorded, deleteNameTTL)
	if err == nil {
		err = s.delete(ctx, user)
	}
	if api.IsNotFound(err) || api.IsAmbiguous(err) {
		// It was deleted by a request whose answer was lost, or renamed since the list was read.
		switch now, proof := s.Reload(ctx, id, recorded); {
		case proof == nil && now.Name != user.Name:
			err = s.delete(ctx, now)
		case domain.IsGone(proof) || domain.IsMismatch(proof):
			err = proof
		}
	}
	if domain.IsGone(err) {
		return nil
	}
	return err
}

// delete makes the call.
func (s *Service) delete(ctx context.Context, user User) error {
	err := s.api.DeleteUser(ctx, user.Name)
	s.changed(user.Name)
	if err == nil {
		s.forget(user.ID)
		return nil
	}
	s.all.Drop(allUsers)
	if !api.IsConflict(err) {
		return err
	}
	if held := s.heldBy(ctx, user, err); held.What() != "" {
		return held
	}
	// What held the user was removed meanwhile, or cannot be read.
	if err = s.api.DeleteUser(ctx, user.Name); err == nil {
		s.forget(user.ID)
	}
	return err
}

// heldBy explains a conflict by what the user still has. What the caller may not read is left out.
func (s *Service) heldBy(ctx context.Context, user User, conflict error) *domain.HeldError {
	held := &domain.HeldError{Kind: domain.KindUser, Name: user.Name, Err: conflict}
	keys, _ := s.api.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: user.Name})
	for _, key := range keys {
		held.KeyIDs = append(held.KeyIDs, key.ID)
	}
	groups, _ := s.api.ReadUserGroupsPerUser(ctx, api.UserRef{Name: user.Name, Path: user.Path})
	for _, group := range groups {
		held.Groups = append(held.Groups, group.Name)
	}
	policies, _ := s.api.ReadLinkedPolicies(ctx, user.Name)
	for _, policy := range policies {
		held.PolicyORNs = append(held.PolicyORNs, policy.ORN)
	}
	held.InlinePolicies, _ = s.api.ReadUserPolicies(ctx, user.Name)
	return held
}

// remember keeps a user that a write answered with, and puts it into the shared read, so that a run that creates many users
// and their keys lists no users for them.
func (s *Service) remember(u User) {
	s.written.Put(u.ID, u)
	s.all.Change(allUsers, func(users []User) []User {
		return append(slices.DeleteFunc(slices.Clone(users), func(old User) bool { return old.ID == u.ID }), u)
	})
}

// forget takes a user out of the shared read.
func (s *Service) forget(id string) {
	s.written.Drop(id)
	s.all.Change(allUsers, func(users []User) []User {
		return slices.DeleteFunc(slices.Clone(users), func(u User) bool { return u.ID == id })
	})
}
