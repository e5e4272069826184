package user

import (
	"context"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

const (
	// deleteNameTTL is the largest age of a name in a deletion: later, another user can have the name. It is as long as a
	// call can wait for the client's rate limit, so that many deletions share one list.
	deleteNameTTL = 5 * time.Second
	// updateTries is the number of times that an update is sent if its answer is lost or its user was renamed in the meantime.
	updateTries = 2
)

// Create creates a user (CreateUser). If the answer is lost, Create looks the name up: see domain.CreateNamed.
//
// Errors: *domain.LostAnswerError, or the API's.
func (s *Service) Create(ctx context.Context, want Spec) (User, error) {
	if want.Path == "" {
		want.Path = "/"
	}
	defer s.changed(want.Name)
	user, err := domain.CreateNamed(ctx, s.opts, domain.NamedCreation[User]{
		Action: "CreateUser", Kind: domain.KindUser, Name: want.Name, Account: s.account, API: s.api, Created: &s.created,
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
		Origin:      func(u User) (string, time.Time) { return u.ID, u.Created },
		IsRequested: func(_ context.Context, u User) (bool, error) { return u.is(want), nil },
	})
	if err != nil {
		return User{}, err
	}
	s.remember(user)
	return user, nil
}

// is reports whether a user has the requested values.
func (u User) is(want Spec) bool {
	return (want.Name == "" || u.Name == want.Name) && (want.Path == "" || u.Path == want.Path) && (want.Email == "" || u.Email == want.Email)
}

// Update changes the user with that id, whatever its name is now (UpdateUser). A rename keeps the id and the access keys.
// If the answer is lost, Update reads the user before it sends the request again.
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
		if try == updateTries || (!api.IsLostAnswer(err) && !api.IsNotFound(err)) {
			return User{}, err
		}
	}
}

// Delete deletes the user with that id (DeleteUser). The API deletes by name, and another user can have the name by now, so
// Delete looks the name up in a list that is at most seconds old. Deletions at the same time share that list. If the user
// is already gone, Delete succeeds.
//
// Errors: *domain.HeldError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Delete(ctx context.Context, id string, recorded domain.Identity) error {
	user, err := s.readWithin(ctx, id, recorded, deleteNameTTL)
	if err == nil {
		err = s.delete(ctx, user)
	}
	if api.IsNotFound(err) || api.IsLostAnswer(err) {
		// A request whose answer was lost deleted the user, or the user was renamed after the list was read.
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
	// What prevented the deletion was removed in the meantime, or cannot be read.
	if err = s.api.DeleteUser(ctx, user.Name); err == nil {
		s.forget(user.ID)
	}
	return err
}

// heldBy returns what the user still has, which explains the conflict. It leaves out what the caller may not read.
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

// remember stores the user from the answer of a write, and adds it to the shared read, so that a run that creates many users and
// their keys does not list the users.
func (s *Service) remember(u User) {
	s.written.Put(u.ID, u)
	s.all.Change(allUsers, func(users []User) []User {
		return append(slices.DeleteFunc(slices.Clone(users), func(old User) bool { return old.ID == u.ID }), u)
	})
}

// forget removes a user from the shared read.
func (s *Service) forget(id string) {
	s.written.Drop(id)
	s.all.Change(allUsers, func(users []User) []User {
		return slices.DeleteFunc(slices.Clone(users), func(u User) bool { return u.ID == id })
	})
}
