package api

import (
	"cmp"
	"context"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// User is an EIM user.
type User struct {
	ID                   string
	Name                 string
	Path                 string // begins and ends with a slash
	Email                string // the account's address if the user has none
	CreationDate         time.Time
	LastModificationDate time.Time
}

// CreateUserInput describes a new user. Empty members are not sent.
type CreateUserInput struct{ UserName, Path, Email string }

// UpdateUserInput changes the user called UserName. Empty members are not sent, and the API keeps their values.
type UpdateUserInput struct{ UserName, NewUserName, NewPath, NewUserEmail string }

var userObject = object[wireUser, User]{
	what: "user", one: "User", many: "Users", convert: wireUser.user,
	name: func(u User) string { return u.Name }, id: func(u User) string { return u.ID },
}

// CreateUser creates a user. It is not sent again once it may have been executed.
func (c *Client) CreateUser(ctx context.Context, in CreateUserInput) (User, error) {
	req := osc.CreateUserRequest{UserName: in.UserName, Path: set(in.Path), UserEmail: set(in.Email)}
	return userObject.call(ctx, c, "CreateUser", sendOnce, req, in.UserName)
}

// ReadUsers returns the users with the given ids, or all users without ids.
func (c *Client) ReadUsers(ctx context.Context, ids []string) ([]User, error) {
	return userObject.pages(ctx, c, "ReadUsers", func(first, size *int) any {
		req := osc.ReadUsersRequest{FirstItem: first, ResultsPerPage: size}
		if len(ids) > 0 {
			req.Filters = &osc.FiltersUsers{UserIds: &ids}
		}
		return req
	})
}

// UpdateUser renames or changes a user; its id stays. It is not sent again once it may have been executed, because after
// a rename the old name is unknown.
func (c *Client) UpdateUser(ctx context.Context, in UpdateUserInput) (User, error) {
	req := osc.UpdateUserRequest{
		UserName: in.UserName, NewUserName: set(in.NewUserName), NewPath: set(in.NewPath), NewUserEmail: set(in.NewUserEmail),
	}
	return userObject.call(ctx, c, "UpdateUser", sendOnce, req, cmp.Or(in.NewUserName, in.UserName))
}

// DeleteUser deletes a user. The API refuses while the user has keys, groups or linked policies. The call may be repeated:
// a not-found error may mean that this very call deleted the user.
func (c *Client) DeleteUser(ctx context.Context, name string) error {
	return c.do(ctx, "DeleteUser", repeatable, osc.DeleteUserRequest{UserName: name}, &emptyResponse{})
}
