package group

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
)

// tries is the number of times that a change is sent if its answer is lost or its group was renamed in the meantime.
const tries = 2

// Create creates a group (CreateUserGroup). If the answer is lost, Create looks the name up: see domain.CreateNamed.
//
// Errors: *domain.LostAnswerError, or the API's.
func (s *Service) Create(ctx context.Context, want Spec) (Group, error) {
	want.Path = cmp.Or(want.Path, "/")
	group, err := domain.CreateNamed(ctx, s.opts, domain.NamedCreation[Group]{
		Action: "CreateUserGroup", Kind: domain.KindUserGroup, Name: want.Name, Account: s.account, API: s.api, Created: &s.created,
		Create: func(ctx context.Context) (Group, error) {
			created, err := s.api.CreateUserGroup(ctx, want.Name, want.Path)
			return s.groupOf(created), err
		},
		Find: func(ctx context.Context) (Group, error) {
			s.all.Drop(allGroups)
			return s.Find(ctx, want.Name)
		},
		Origin:      func(g Group) (string, time.Time) { return g.ID, g.Created },
		IsRequested: func(_ context.Context, g Group) (bool, error) { return g.Path == want.Path, nil },
	})
	if err != nil {
		return Group{}, err
	}
	s.remember(group)
	return group, nil
}

// Update renames or moves the group with that id (UpdateUserGroup). Members, links and inline policies stay (A44). If the
// answer is lost, Update reads the group before it sends the request again.
//
// Errors: *domain.GoneError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Update(ctx context.Context, id string, recorded domain.Identity, want Spec) (Group, error) {
	want.Path = cmp.Or(want.Path, "/")
	for try := 1; ; try++ {
		now, err := s.reload(ctx, id, recorded)
		if err != nil || (now.Name == want.Name && now.Path == want.Path) {
			return now, err
		}
		in := api.UpdateUserGroupInput{Group: now.ref(), NewPath: want.Path}
		if want.Name != now.Name {
			in.NewName = want.Name
		}
		updated, err := s.api.UpdateUserGroup(ctx, in)
		s.all.Drop(allGroups)
		if err == nil {
			group := s.groupOf(updated)
			s.remember(group)
			return group, nil
		}
		if try == tries || (!api.IsLostAnswer(err) && !api.IsNotFound(err)) {
			return Group{}, err
		}
	}
}

// Delete deletes the group with that id (DeleteUserGroup). Without force the API refuses while the group has members or
// linked policies. If the group is already gone, Delete succeeds.
//
// Errors: *domain.HeldError, *domain.IdentityMismatchError, or the API's.
func (s *Service) Delete(ctx context.Context, id string, recorded domain.Identity, force bool) error {
	for try := 1; ; try++ {
		now, err := s.reload(ctx, id, recorded)
		if domain.IsGone(err) {
			return nil
		}
		if err != nil {
			return err
		}
		err = s.api.DeleteUserGroup(ctx, now.ref(), force)
		s.all.Drop(allGroups)
		s.members.Drop(id)
		if api.IsConflict(err) {
			if held := s.heldBy(ctx, now, err); held.What() != "" {
				return held
			}
			// What prevented the deletion was removed in the meantime, or cannot be read.
			err = s.api.DeleteUserGroup(ctx, now.ref(), force)
		}
		if err == nil || try == tries || (!api.IsLostAnswer(err) && !api.IsNotFound(err)) {
			return err
		}
	}
}

// heldBy returns what the group still has, which explains the conflict. It leaves out what the caller may not read.
func (s *Service) heldBy(ctx context.Context, g Group, conflict error) *domain.HeldError {
	held := &domain.HeldError{Kind: domain.KindUserGroup, Name: g.Name, Err: conflict}
	_, users, _ := s.api.ReadUserGroup(ctx, g.ref())
	for _, u := range users {
		held.Users = append(held.Users, u.Name)
	}
	policies, _ := s.api.ReadManagedPoliciesLinkedToUserGroup(ctx, g.Name)
	for _, p := range policies {
		held.PolicyORNs = append(held.PolicyORNs, p.ORN)
	}
	inline, _ := s.api.ReadUserGroupPolicies(ctx, g.ref())
	for _, p := range inline {
		held.InlinePolicies = append(held.InlinePolicies, p.Name)
	}
	return held
}

// Members returns the users in a group (ReadUserGroup), from a read that the process shares.
//
// Errors: those of Read.
func (s *Service) Members(ctx context.Context, id string, recorded domain.Identity) ([]Member, error) {
	members, err := s.members.Get(ctx, id, func(ctx context.Context) ([]Member, error) { return s.readMembers(ctx, id, recorded) })
	return slices.Clone(members), err
}

func (s *Service) readMembers(ctx context.Context, id string, recorded domain.Identity) ([]Member, error) {
	group, err := s.Read(ctx, id, recorded)
	if err != nil {
		return nil, err
	}
	found, users, err := s.api.ReadUserGroup(ctx, group.ref())
	if api.IsNotFound(err) || (err == nil && found.ID != id) { // renamed or deleted in the meantime
		if group, err = s.reload(ctx, id, recorded); err == nil {
			_, users, err = s.api.ReadUserGroup(ctx, group.ref())
		}
	}
	if err != nil {
		return nil, err
	}
	members := make([]Member, 0, len(users))
	for _, u := range users {
		members = append(members, Member{ID: u.ID, Name: u.Name, Path: u.Path, Email: u.Email, Created: u.CreationDate, Modified: u.LastModificationDate})
	}
	return members, nil
}

// AddMember adds a user to a group (AddUserToUserGroup). A user that is already a member stays one.
//
// Errors: those of Read, or the API's.
func (s *Service) AddMember(ctx context.Context, id string, recorded domain.Identity, userName string) error {
	return s.changeMember(ctx, id, recorded, func(g api.GroupRef) error {
		return s.ofUser(ctx, userName, func(u api.UserRef) error { return s.api.AddUserToUserGroup(ctx, g, u) })
	})
}

// RemoveMember removes a user from a group (RemoveUserFromUserGroup). It succeeds if the user is not a member, or if the
// group or the user is gone.
//
// Errors: *domain.IdentityMismatchError, or the API's.
func (s *Service) RemoveMember(ctx context.Context, id string, recorded domain.Identity, userName string) error {
	err := s.changeMember(ctx, id, recorded, func(g api.GroupRef) error {
		return s.ofUser(ctx, userName, func(u api.UserRef) error { return s.api.RemoveUserFromUserGroup(ctx, g, u) })
	})
	if domain.IsGone(err) {
		return nil
	}
	if !api.IsNotFound(err) {
		return err
	}
	members, readErr := s.Members(ctx, id, recorded)
	if domain.IsGone(readErr) || (readErr == nil && !slices.ContainsFunc(members, func(m Member) bool { return m.Name == userName })) {
		return nil
	}
	return err
}

// changeMember makes a change under the group's name, and repeats it if the group was renamed after it was read.
func (s *Service) changeMember(ctx context.Context, id string, recorded domain.Identity, change func(api.GroupRef) error) error {
	group, err := s.Read(ctx, id, recorded)
	if err != nil {
		return err
	}
	defer s.members.Drop(id)
	s.members.Drop(id)
	if err = change(group.ref()); !api.IsNotFound(err) {
		return err
	}
	now, readErr := s.reload(ctx, id, recorded)
	switch {
	case readErr != nil:
		return readErr
	case now.ref() == group.ref():
		return err
	}
	return change(now.ref())
}

// remember puts the group from the answer of a write into the shared read.
func (s *Service) remember(g Group) {
	s.all.Change(allGroups, func(groups []Group) []Group {
		return append(slices.DeleteFunc(slices.Clone(groups), func(old Group) bool { return old.ID == g.ID }), g)
	})
}
