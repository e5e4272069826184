package credential

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// sinceMargin is how much earlier than our request a user may be dated and still be the one it made: the API accepts
// requests whose clock is off by as much.
const sinceMargin = 5 * time.Minute

// CreateUser makes a user. When the answer is lost the name is looked up before anything is decided: a user of that
// name that looks as asked and is as young as the request is the one that was made; an older one is somebody's, and the
// error says so; without one a new attempt is made, once. The work is not cut by a cancelled ctx, as with Create.
func (k *Keeper) CreateUser(ctx context.Context, w UserWish) (User, error) {
	if err := ctx.Err(); err != nil {
		return User{}, err
	}
	ctx, cancel := uncut(ctx)
	defer cancel()
	defer k.keys.drop(w.Name)
	if w.Path == "" {
		w.Path = "/"
	}
	start := k.Now()
	var lost error
	for try := 1; ; try++ {
		created, err := k.api.CreateUser(ctx, api.CreateUserInput{UserName: w.Name, Path: w.Path, Email: w.Email})
		switch {
		case err == nil:
			k.remember(userOf(created))
			return userOf(created), nil
		case !api.IsAmbiguous(err) && (lost == nil || !api.IsConflict(err)):
			return User{}, err
		}
		// The answer was lost, or the name is taken after one was: by us or by somebody else.
		if lost == nil {
			lost = err
			defer k.users.drop(allUsers)
		}
		found, lookErr := k.look(ctx, w.Name)
		switch {
		case lookErr == nil && madeSince(found, w, start.Add(-sinceMargin)):
			return found, nil
		case lookErr == nil:
			return User{}, &AmbiguousError{Action: "CreateUser", Owner: Owner{UserName: w.Name}, Err: errors.Join(lost, errors.New("a user of this name exists, and it is not the one that was asked for"))}
		case !isGone(lookErr):
			return User{}, &AmbiguousError{Action: "CreateUser", Owner: Owner{UserName: w.Name}, Err: errors.Join(lost, lookErr)}
		case api.IsThrottled(err) && k.pause(ctx, throttledWait, "CreateUser", whyThrottled) == nil:
			try--
		case try >= attempts || ctx.Err() != nil:
			return User{}, &AmbiguousError{Action: "CreateUser", Owner: Owner{UserName: w.Name}, Clean: true, Err: lost}
		}
	}
}

// remember keeps a user that a write answered with, and puts it into the shared read, so that a run that makes many
// users and their keys lists no users for them.
func (k *Keeper) remember(u User) {
	k.made.put(u.ID, u)
	k.users.change(allUsers, func(users []User) []User {
		return append(slices.DeleteFunc(slices.Clone(users), func(old User) bool { return old.ID == u.ID }), u)
	})
}

// forget takes a deleted user out of the shared read.
func (k *Keeper) forget(id string) {
	k.made.drop(id)
	k.users.change(allUsers, func(users []User) []User {
		return slices.DeleteFunc(slices.Clone(users), func(u User) bool { return u.ID == id })
	})
}

// look looks for a name for a while, like the look for a lost key.
func (k *Keeper) look(ctx context.Context, name string) (User, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
	defer cancel()
	var err error
	for _, d := range settling {
		if err := k.pause(ctx, d, "CreateUser", whySettling); err != nil {
			return User{}, err
		}
		var users []User
		if users, err = k.freshUsers(ctx, nil); err != nil {
			return User{}, err
		}
		if i := slices.IndexFunc(users, func(u User) bool { return u.Name == name }); i >= 0 {
			return users[i], nil
		}
	}
	return User{}, &GoneError{What: goneUser, ID: name, Reason: "it was never made"}
}

func madeSince(u User, w UserWish, since time.Time) bool {
	return u.Path == w.Path && (w.Email == "" || u.Email == w.Email) && !u.Created.Before(since)
}

// UpdateUser changes the user with that id, whatever its name is today; *GoneError when there is none. A rename keeps
// the id, and the keys follow. After a lost answer the user is read before anything is sent again.
func (k *Keeper) UpdateUser(ctx context.Context, id string, want UserWish) (User, error) {
	for try := 1; ; try++ {
		now, err := k.freshUser(ctx, id)
		if err != nil {
			return User{}, err
		}
		if try > 1 && asWished(now, want) {
			return now, nil
		}
		k.keys.drop(now.Name)
		in := api.UpdateUserInput{UserName: now.Name, NewPath: want.Path}
		if want.Name != "" && want.Name != now.Name {
			in.NewUserName = want.Name
			defer k.keys.drop(want.Name)
		}
		if want.Email != now.Email {
			in.NewUserEmail = want.Email
		}
		updated, err := k.api.UpdateUser(ctx, in)
		k.keys.drop(now.Name)
		if err == nil {
			k.remember(userOf(updated))
			return userOf(updated), nil
		}
		k.users.drop(allUsers)
		k.made.drop(id)
		if try == attempts || (!api.IsAmbiguous(err) && !api.IsNotFound(err)) {
			return User{}, err
		}
	}
}

func asWished(u User, want UserWish) bool {
	return (want.Name == "" || u.Name == want.Name) && (want.Path == "" || u.Path == want.Path) && (want.Email == "" || u.Email == want.Email)
}

// DeleteUser deletes the user with that id. Its name is looked up in a list that is seconds old, because the API deletes
// by name and another user may have it by now; deletions at the same time share that list. Already gone is success;
// *UserKeysError when it still has access keys.
func (k *Keeper) DeleteUser(ctx context.Context, id string) error {
	user, err := k.youngUser(ctx, id, justNow)
	if isGone(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		again, err := k.deleteUser(ctx, user)
		if again.Name == "" || try == attempts {
			return err
		}
		user = again
	}
}

// deleteUser deletes a user by its name. With the error of a name that was not the user's any more comes the user under
// the name that it has.
func (k *Keeper) deleteUser(ctx context.Context, user User) (renamed User, _ error) {
	defer k.keys.drop(user.Name)
	err := k.api.DeleteUser(ctx, user.Name)
	if err == nil {
		k.forget(user.ID)
		return User{}, nil
	}
	k.users.drop(allUsers)
	switch {
	case api.IsConflict(err):
		keys, listErr := k.freshKeys(ctx, user.Name)
		if listErr != nil || len(keys) == 0 {
			return User{}, err // something else holds it: groups, policies
		}
		held := &UserKeysError{User: user, Err: err}
		for _, key := range keys {
			held.KeyIDs = append(held.KeyIDs, key.ID)
		}
		return User{}, held
	case api.IsNotFound(err) || api.IsAmbiguous(err):
		now, proof := k.freshUser(ctx, user.ID)
		if isGone(proof) {
			return User{}, nil
		}
		if proof == nil && now.Name != user.Name {
			return now, err
		}
	}
	return User{}, err
}
