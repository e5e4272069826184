package credential

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// User is an EIM user.
type User struct {
	ID, Name, Path, Email string
	Created, Modified     time.Time
}

// UserWish is what a user is asked to be. An empty Path means "/" when created and "leave it" when updated; an empty
// Email is left to the API.
type UserWish struct{ Name, Path, Email string }

// allUsers is the one entry of the shared read of users.
const allUsers = ""

// ListUsers returns every user of the account, from one read shared by the whole process.
func (k *Keeper) ListUsers(ctx context.Context) ([]User, error) {
	return k.youngUsers(ctx, freshFor)
}

func (k *Keeper) youngUsers(ctx context.Context, age time.Duration) ([]User, error) {
	users, err := k.users.get(ctx, allUsers, age, func(ctx context.Context) ([]User, error) { return k.freshUsers(ctx, nil) })
	return slices.Clone(users), err
}

// ReadUser returns the user with that id, from the shared read; what that read lacks is asked for again before it
// counts as gone. A user that this process made or changed is known without a read. *GoneError when there is none.
func (k *Keeper) ReadUser(ctx context.Context, id string) (User, error) {
	if user, ok := k.knownUser(id, freshFor); ok {
		return user, nil
	}
	return k.youngUser(ctx, id, freshFor)
}

// knownUser is a user that needs no call to be known.
func (k *Keeper) knownUser(id string, age time.Duration) (User, bool) {
	if users, ok := k.users.peek(allUsers, age); ok {
		if i := slices.IndexFunc(users, func(u User) bool { return u.ID == id }); i >= 0 {
			return users[i], true
		}
	}
	return k.made.peek(id, age)
}

func (k *Keeper) youngUser(ctx context.Context, id string, age time.Duration) (User, error) {
	users, err := k.youngUsers(ctx, age)
	if err != nil {
		return User{}, err
	}
	if i := slices.IndexFunc(users, func(u User) bool { return u.ID == id }); i >= 0 {
		return users[i], nil
	}
	return k.freshUser(ctx, id)
}

// FindUser returns the user with that name, from the shared read, and from a fresh one when that lacks it: the API has
// no filter by name. *GoneError when there is none.
func (k *Keeper) FindUser(ctx context.Context, name string) (User, error) {
	for _, fresh := range []bool{false, true} {
		if fresh {
			k.users.drop(allUsers)
		}
		users, err := k.ListUsers(ctx)
		if err != nil {
			return User{}, err
		}
		if i := slices.IndexFunc(users, func(u User) bool { return u.Name == name }); i >= 0 {
			return users[i], nil
		}
	}
	return User{}, &GoneError{What: goneUser, ID: name, Reason: fmt.Sprintf("the account has no user called %s", name)}
}

// freshUser asks the API for one user, past the shared read, which is dropped when it was wrong about the user.
func (k *Keeper) freshUser(ctx context.Context, id string) (User, error) {
	users, err := k.freshUsers(ctx, []string{id})
	if err != nil {
		return User{}, err
	}
	i := slices.IndexFunc(users, func(u User) bool { return u.ID == id })
	k.made.drop(id)
	if known, ok := k.users.peek(allUsers, freshFor); ok {
		// A shared read that is wrong about this user may be wrong about more.
		j := slices.IndexFunc(known, func(u User) bool { return u.ID == id })
		if (i < 0) != (j < 0) || (i >= 0 && known[j].Name != users[i].Name) {
			k.users.drop(allUsers)
		}
	}
	if i >= 0 {
		return users[i], nil
	}
	return User{}, &GoneError{What: goneUser, ID: id, Reason: fmt.Sprintf("the account has no user with the id %s", id)}
}

func (k *Keeper) freshUsers(ctx context.Context, ids []string) ([]User, error) {
	found, err := k.api.ReadUsers(ctx, ids)
	if err != nil {
		return nil, err
	}
	users := make([]User, 0, len(found))
	for _, u := range found {
		users = append(users, userOf(u))
	}
	return users, nil
}

func userOf(u api.User) User {
	return User{
		ID: u.ID, Name: u.Name, Path: u.Path, Email: u.Email,
		Created: u.CreationDate, Modified: u.LastModificationDate,
	}
}
