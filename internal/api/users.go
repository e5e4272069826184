package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outscale/osc-sdk-go/v3/pkg/osc"
)

// usersPerPage is the largest page the API gives.
const usersPerPage = 1000

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
	if err := c.do(ctx, "CreateUser", once, req, &answer); err != nil {
		return User{}, err
	}
	return c.user("CreateUser", answer)
}

// ReadUsers returns the users with the given ids, or all of them without ids: every page, 1000 users a page.
func (c *Client) ReadUsers(ctx context.Context, ids []string) ([]User, error) {
	var users []User
	seen := map[string]bool{}
	for first, more := 0, true; more; {
		size := usersPerPage
		req := osc.ReadUsersRequest{FirstItem: &first, ResultsPerPage: &size}
		if len(ids) > 0 {
			req.Filters = &osc.FiltersUsers{UserIds: &ids}
		}
		var answer usersResponse
		if err := c.do(ctx, "ReadUsers", always, req, &answer); err != nil {
			return nil, err
		}
		if answer.Users == nil {
			return nil, c.unusable("ReadUsers", errors.New("the answer has no list of users"))
		}
		page := *answer.Users
		for _, w := range page {
			user, err := w.user()
			if err != nil {
				return nil, c.unusable("ReadUsers", fmt.Errorf("user %s: %w", user.Name, err))
			}
			// A user made or deleted between two pages shifts them: one user may come twice.
			if !seen[user.ID] {
				seen[user.ID] = true
				users = append(users, user)
			}
		}
		first += len(page)
		// An empty page ends the loop whatever HasMoreItems says (A27).
		more = len(page) > 0 && answer.HasMoreItems != nil && *answer.HasMoreItems
	}
	return users, nil
}

// UpdateUser renames or changes a user; its id stays. It is not sent again once it may have been executed, because a
// rename that happened makes the old name unknown.
func (c *Client) UpdateUser(ctx context.Context, in UpdateUserInput) (User, error) {
	req := osc.UpdateUserRequest{
		UserName: in.UserName, NewUserName: set(in.NewUserName), NewPath: set(in.NewPath), NewUserEmail: set(in.NewUserEmail),
	}
	var answer userResponse
	if err := c.do(ctx, "UpdateUser", once, req, &answer); err != nil {
		return User{}, err
	}
	return c.user("UpdateUser", answer)
}

// DeleteUser deletes a user. The API refuses while the user has keys, groups or linked policies. Like DeleteAccessKey
// it may be repeated: not found may mean that this very call deleted it.
func (c *Client) DeleteUser(ctx context.Context, name string) error {
	return c.do(ctx, "DeleteUser", always, osc.DeleteUserRequest{UserName: name}, &emptyResponse{})
}

func (c *Client) user(action string, answer userResponse) (User, error) {
	if answer.User == nil || val(answer.User.UserId) == "" {
		return User{}, c.unusable(action, errors.New("the answer has no user"))
	}
	user, err := answer.User.user()
	if err != nil {
		return User{}, c.unusable(action, err)
	}
	return user, nil
}
