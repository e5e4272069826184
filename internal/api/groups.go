package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"

	"github.com/outscale-access/terraform-provider-outscale/internal/text"
)

// UserGroup is a group of EIM users.
type UserGroup struct {
	ID                   string
	Name                 string
	Path                 string
	ORN                  string
	CreationDate         time.Time
	LastModificationDate time.Time
}

// GroupRef names a group. An empty path matches a group in any path (A30).
type GroupRef struct{ Name, Path string }

// UserRef names a user. An empty path matches a user in any path (A30).
type UserRef struct{ Name, Path string }

// UpdateUserGroupInput changes a group. Always set NewPath: by the API's documentation a group moves to "/" without it (A31).
type UpdateUserGroupInput struct {
	Group            GroupRef
	NewName, NewPath string
}

type wireGroup struct {
	osc.UserGroup
	CreationDate         *instant
	LastModificationDate *instant
}

func (w wireGroup) group() (UserGroup, error) {
	g := UserGroup{ID: val(w.UserGroupId), Name: val(w.Name), Path: val(w.Path), ORN: val(w.Orn)}
	if g.ID == "" || g.Name == "" {
		return g, errors.New("the answer has a user group without an id or a name")
	}
	if err := cmp.Or(w.CreationDate.into(&g.CreationDate), w.LastModificationDate.into(&g.LastModificationDate)); err != nil {
		return g, fmt.Errorf("user group %s: %w", text.Word(g.Name), err)
	}
	return g, nil
}

var groupObject = object[wireGroup, UserGroup]{
	what: "user group", one: "UserGroup", many: "UserGroups", convert: wireGroup.group,
	name: func(g UserGroup) string { return g.Name }, id: func(g UserGroup) string { return g.ID },
}

// CreateUserGroup creates a group. It is not sent again once it may have been executed.
func (c *Client) CreateUserGroup(ctx context.Context, name, path string) (UserGroup, error) {
	return groupObject.call(ctx, c, "CreateUserGroup", sendOnce, osc.CreateUserGroupRequest{UserGroupName: name, Path: set(path)}, name)
}

// ReadUserGroups returns the groups with the given ids, or all groups without ids.
func (c *Client) ReadUserGroups(ctx context.Context, ids []string) ([]UserGroup, error) {
	return groupObject.pages(ctx, c, "ReadUserGroups", func(first, size *int) any {
		req := osc.ReadUserGroupsRequest{FirstItem: first, ResultsPerPage: size}
		if len(ids) > 0 {
			req.Filters = &osc.FiltersUserGroup{UserGroupIds: &ids}
		}
		return req
	})
}

// ReadUserGroup returns a group and its members. The action has no pages.
func (c *Client) ReadUserGroup(ctx context.Context, g GroupRef) (UserGroup, []User, error) {
	const action = "ReadUserGroup"
	var answer struct {
		UserGroup *wireGroup
		Users     *[]wireUser
	}
	if err := c.do(ctx, action, repeatable, osc.ReadUserGroupRequest{UserGroupName: g.Name, Path: set(g.Path)}, &answer); err != nil {
		return UserGroup{}, nil, err
	}
	group, err := groupObject.read(c, action, answer.UserGroup, g.Name)
	if err != nil {
		return UserGroup{}, nil, err
	}
	if answer.Users == nil { // no members would prove that a membership is gone
		return UserGroup{}, nil, c.unusable(action, errors.New("the answer has no Users"))
	}
	members, err := convertAll(c, action, *answer.Users, wireUser.user)
	return group, members, err
}

// ReadUserGroupsPerUser returns the groups that a user is a member of. The action has no pages.
func (c *Client) ReadUserGroupsPerUser(ctx context.Context, u UserRef) ([]UserGroup, error) {
	req := osc.ReadUserGroupsPerUserRequest{UserName: u.Name, UserPath: set(u.Path)}
	return groupObject.list(ctx, c, "ReadUserGroupsPerUser", req)
}

// UpdateUserGroup renames or moves a group; its id stays (A44). It is not sent again once it may have been executed,
// because after a rename the old name is unknown.
func (c *Client) UpdateUserGroup(ctx context.Context, in UpdateUserGroupInput) (UserGroup, error) {
	req := osc.UpdateUserGroupRequest{
		UserGroupName: in.Group.Name, Path: set(in.Group.Path), NewUserGroupName: set(in.NewName), NewPath: set(in.NewPath),
	}
	return groupObject.call(ctx, c, "UpdateUserGroup", sendOnce, req, cmp.Or(in.NewName, in.Group.Name))
}

// DeleteUserGroup deletes a group. With force the API first removes its members, links and inline policies; without it
// the API refuses while there are any (A12).
func (c *Client) DeleteUserGroup(ctx context.Context, g GroupRef, force bool) error {
	req := osc.DeleteUserGroupRequest{UserGroupName: g.Name, Path: set(g.Path), Force: set(force)}
	return c.do(ctx, "DeleteUserGroup", repeatable, req, &emptyResponse{})
}

// AddUserToUserGroup makes a user a member of a group. Adding a member again has no effect (A36).
func (c *Client) AddUserToUserGroup(ctx context.Context, g GroupRef, u UserRef) error {
	req := osc.AddUserToUserGroupRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), UserName: u.Name, UserPath: set(u.Path)}
	return c.do(ctx, "AddUserToUserGroup", repeatable, req, &emptyResponse{})
}

// RemoveUserFromUserGroup removes a user from a group. A user that is not a member is a not-found error (A36).
func (c *Client) RemoveUserFromUserGroup(ctx context.Context, g GroupRef, u UserRef) error {
	req := osc.RemoveUserFromUserGroupRequest{UserGroupName: g.Name, UserGroupPath: set(g.Path), UserName: u.Name, UserPath: set(u.Path)}
	return c.do(ctx, "RemoveUserFromUserGroup", repeatable, req, &emptyResponse{})
}
