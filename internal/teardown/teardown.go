// Package teardown removes what a user or a group has, so that it can be deleted.
package teardown

import (
	"context"
	"slices"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
	"github.com/outscale-access/terraform-provider-outscale/internal/domain"
	"github.com/outscale-access/terraform-provider-outscale/internal/group"
	"github.com/outscale-access/terraform-provider-outscale/internal/key"
	"github.com/outscale-access/terraform-provider-outscale/internal/rights"
	"github.com/outscale-access/terraform-provider-outscale/internal/user"
)

// Keys revokes access keys; *key.Service has it.
type Keys interface {
	List(ctx context.Context, owner key.Owner) ([]key.Key, error)
	Revoke(ctx context.Context, owner key.Owner, have key.Key) error
}

// Groups ends memberships; *group.Service has it.
type Groups interface {
	OfUser(ctx context.Context, userName string) ([]group.Group, error)
	Members(ctx context.Context, id string, recorded domain.Identity) ([]group.Member, error)
	RemoveMember(ctx context.Context, id string, recorded domain.Identity, userName string) error
}

// Rights removes links and inline policies; *rights.Service has it.
type Rights interface {
	Links(ctx context.Context, p rights.Principal) ([]rights.LinkedPolicy, error)
	Unlink(ctx context.Context, p rights.Principal, orn string) error
	InlineNames(ctx context.Context, p rights.Principal) ([]string, error)
	DeleteInline(ctx context.Context, p rights.Principal, name string) error
}

// Services are the services that the package needs.
type Services struct {
	Keys   Keys
	Groups Groups
	Rights Rights
	Signer string // the id of the access key that signs the calls, "" for a login
}

// Everything removes the access keys of a user, then its memberships, links and inline policies. The keys come first: while
// a key exists, its rights stay as they are, because a policy can also deny.
//
// Errors: *key.OwnKeyError before any change if one of the keys signs the calls; *domain.HeldError with what is left if a
// step failed; or those of the reads, before any change.
func (s Services) Everything(ctx context.Context, u user.User) error {
	owner, who := key.Owner{UserID: u.ID}, rights.Principal{Name: u.Name}
	keys, left, err := s.read(ctx, owner, u)
	if err != nil {
		return err
	}
	if s.Signer != "" && slices.Contains(left.KeyIDs, s.Signer) {
		return &key.OwnKeyError{ID: s.Signer}
	}
	groups, err := s.Groups.OfUser(ctx, u.Name)
	if err != nil {
		return err
	}
	for _, g := range groups {
		left.Groups = append(left.Groups, g.Name)
	}
	remove := func(list *[]string, step func(i int) error) {
		for i := 0; left.Err == nil && len(*list) > 0; i++ {
			if left.Err = step(i); left.Err == nil {
				*list = (*list)[1:]
			}
		}
	}
	links, inline := slices.Clone(left.PolicyORNs), slices.Clone(left.InlinePolicies)
	remove(&left.KeyIDs, func(i int) error { return s.Keys.Revoke(ctx, owner, keys[i]) })
	remove(&left.Groups, func(i int) error { return s.Groups.RemoveMember(ctx, groups[i].ID, groups[i].Identity, u.Name) })
	remove(&left.PolicyORNs, func(i int) error { return s.Rights.Unlink(ctx, who, links[i]) })
	remove(&left.InlinePolicies, func(i int) error { return s.Rights.DeleteInline(ctx, who, inline[i]) })
	if left.Err != nil {
		return left
	}
	return nil
}

// read lists what a user has, except its groups.
func (s Services) read(ctx context.Context, owner key.Owner, u user.User) (keys []key.Key, left *domain.HeldError, err error) {
	left = &domain.HeldError{Kind: domain.KindUser, Name: u.Name}
	if keys, err = s.Keys.List(ctx, owner); err != nil {
		return nil, nil, err
	}
	for _, k := range keys {
		left.KeyIDs = append(left.KeyIDs, k.ID)
	}
	links, err := s.Rights.Links(ctx, rights.Principal{Name: u.Name})
	if err != nil {
		return nil, nil, err
	}
	for _, link := range links {
		left.PolicyORNs = append(left.PolicyORNs, link.ORN)
	}
	left.InlinePolicies, err = s.Rights.InlineNames(ctx, rights.Principal{Name: u.Name})
	if api.IsUnknownAction(err) { // an API older than 1.34.3 has no inline policies
		err = nil
	}
	return keys, left, err
}

// Links removes links of a user that will be deleted. If the user has access keys, Links removes nothing: the user could
// not be deleted, and a policy can also deny.
//
// Errors: *domain.HeldError if the user has keys, or the API's.
func (s Services) Links(ctx context.Context, u user.User, orns []string) error {
	if len(orns) == 0 {
		return nil
	}
	keys, err := s.Keys.List(ctx, key.Owner{UserID: u.ID})
	if err != nil {
		return err
	}
	held := &domain.HeldError{Kind: domain.KindUser, Name: u.Name}
	for _, k := range keys {
		held.KeyIDs = append(held.KeyIDs, k.ID)
	}
	if len(keys) > 0 {
		return held
	}
	for _, orn := range orns {
		if err := s.Rights.Unlink(ctx, rights.Principal{Name: u.Name}, orn); err != nil {
			return err
		}
	}
	return nil
}

// Group removes members, by their ids, and links of a group that will be deleted. If the group has other members or links,
// Group removes nothing.
//
// Errors: *domain.HeldError with the others, or the API's.
func (s Services) Group(ctx context.Context, g group.Group, memberIDs, orns []string) error {
	if len(memberIDs)+len(orns) == 0 {
		return nil
	}
	members, err := s.Groups.Members(ctx, g.ID, g.Identity)
	if err != nil {
		return err
	}
	who := rights.Principal{Group: true, Name: g.Name}
	links, err := s.Rights.Links(ctx, who)
	if err != nil {
		return err
	}
	others := &domain.HeldError{Kind: domain.KindUserGroup, Name: g.Name}
	for _, m := range members {
		if !slices.Contains(memberIDs, m.ID) {
			others.Users = append(others.Users, m.Name)
		}
	}
	for _, link := range links {
		if !slices.Contains(orns, link.ORN) {
			others.PolicyORNs = append(others.PolicyORNs, link.ORN)
		}
	}
	if others.What() != "" {
		return others
	}
	for _, m := range members {
		if err := s.Groups.RemoveMember(ctx, g.ID, g.Identity, m.Name); err != nil {
			return err
		}
	}
	for _, link := range links {
		if err := s.Rights.Unlink(ctx, who, link.ORN); err != nil {
			return err
		}
	}
	return nil
}
