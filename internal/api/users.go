package api

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// User is an EIM user as the API shows it.
type User struct {
	ID                   string
	Name                 string
	Path                 string // begins and ends with a slash
	Email                string // the account's address when none was given
	CreationDate         time.Time
	LastModificationDate time.Time
}

// CreateUserInput asks for a new user. Empty members are not sent.
type CreateUserInput struct{ UserName, Path, Email string }

// UpdateUserInput changes the user called UserName. Empty members are not sent and stay as they are.
type UpdateUserInput struct{ UserName, NewUserName, NewPath, NewUserEmail string }

// CreateUser makes a user. Like CreateAccessKey it is not sent again once it may have been executed.
func (c *Client) CreateUser(ctx context.Context, in CreateUserInput) (User, error) {
	req := osc.CreateUserRequest{UserName: in.UserName, Path: set(in.Path), UserEmail: set(in.Email)}
	var answer userResponse
	if err := c.do(ctx, "CreateUser", sendOnce, req, &answer); err != nil {
		return User{}, err
	}
	return c.user("CreateUser", in.UserName, answer)
}

// ReadUsers returns the users with the given ids, or all of them without ids.
func (c *Client) ReadUsers(ctx context.Context, ids []string) ([]User, error) {
	const action = "ReadUsers"
	request := func(first, size *int) any {
		req := osc.ReadUsersRequest{FirstItem: first, ResultsPerPage: size}
		if len(ids) > 0 {
			req.Filters = &osc.FiltersUsers{UserIds: &ids}
		}
		return req
	}
	found, err := readPages(ctx, c, action, "Users", request, func(w wireUser) string { return val(w.UserId) })
	if err != nil {
		return nil, err
	}
	return mapAll(c, action, found, wireUser.user)
}

// UpdateUser renames or changes a user; its id stays. It is not sent again once it may have been executed, because a
// rename that happened makes the old name unknown.
func (c *Client) UpdateUser(ctx context.Context, in UpdateUserInput) (User, error) {
	req := osc.UpdateUserRequest{
		UserName: in.UserName, NewUserName: set(in.NewUserName), NewPath: set(in.NewPath), NewUserEmail: set(in.NewUserEmail),
	}
	var answer userResponse
	if err := c.do(ctx, "UpdateUser", sendOnce, req, &answer); err != nil {
		return User{}, err
	}
	return c.user("UpdateUser", cmp.Or(in.NewUserName, in.UserName), answer)
}

// DeleteUser deletes a user. The API refuses while the user has keys, groups or linked policies. Like DeleteAccessKey
// it may be repeated: not found may mean that this very call deleted it.
func (c *Client) DeleteUser(ctx context.Context, name string) error {
	return c.do(ctx, "DeleteUser", repeatable, osc.DeleteUserRequest{UserName: name}, &emptyResponse{})
}

// user is the user of an answer, which must have the name that was sent.
func (c *Client) user(action, name string, answer userResponse) (User, error) {
	if answer.User == nil || val(answer.User.UserId) == "" || !strings.EqualFold(val(answer.User.UserName), name) {
		return User{}, c.unusable(action, errors.New("the answer is not about the user that was sent"))
	}
	user, err := answer.User.user()
	if err != nil {
		return User{}, c.unusable(action, err)
	}
	return user, nil
}
