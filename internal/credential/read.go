package credential

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/outscale-access/terraform-provider-outscale/internal/api"
)

// Read returns one key of an owner, from the read that all keys of the owner share. What that read lacks is asked for
// again before it counts as gone: a *GoneError is proof. Read never changes anything.
func (k *Keeper) Read(ctx context.Context, o Owner, id string) (Key, error) {
	k.known(id)
	keys, err := k.List(ctx, o)
	if err == nil {
		if i := indexKey(keys, id); i >= 0 {
			return keys[i], nil
		}
	} else if !api.IsNotFound(err) {
		return Key{}, err
	}
	return k.prove(ctx, o, id)
}

// List returns the keys of an owner, from one read shared by the whole process: it may be as old as freshFor, and is
// never older than the last change this process made for that owner.
func (k *Keeper) List(ctx context.Context, o Owner) ([]Key, error) {
	name, err := k.userName(ctx, o)
	if err != nil {
		return nil, err
	}
	return k.keysOf(ctx, name)
}

func (k *Keeper) keysOf(ctx context.Context, userName string) ([]Key, error) {
	keys, err := k.keys.get(ctx, userName, freshFor, func(ctx context.Context) ([]Key, error) { return k.freshKeys(ctx, userName) })
	return slices.Clone(keys), err
}

func (k *Keeper) freshKeys(ctx context.Context, userName string) ([]Key, error) {
	found, err := k.api.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: userName})
	if err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(found))
	for _, f := range found {
		keys = append(keys, keyOf(userName, f))
	}
	return keys, nil
}

// userName is the name under which the API knows an owner today, "" for the caller. It costs a call only for an owner
// that is given by its id, and that call is shared.
func (k *Keeper) userName(ctx context.Context, o Owner) (string, error) {
	if o.UserID == "" {
		return o.UserName, nil
	}
	user, err := k.ReadUser(ctx, o.UserID)
	return user.Name, err
}

// nameToWrite is userName for a call that changes something: a name that was heard a moment ago. had is the name under
// which the owner's key was seen last, "" where there is no key yet. It does without a call, because a key is addressed
// by its id as well: the API refuses the key's id under a name that is another user's by now, and the refusal is proved.
func (k *Keeper) nameToWrite(ctx context.Context, o Owner, had string) (string, error) {
	if o.UserID == "" {
		return o.UserName, nil
	}
	if user, ok := k.knownUser(o.UserID, sureFor); ok {
		return user.Name, nil
	}
	if had != "" {
		return had, nil
	}
	user, err := k.youngUser(ctx, o.UserID, sureFor)
	return user.Name, err
}

// prove asks the API, past every shared read, for one key of an owner. Gone means an answer without the key from the
// right owner, or a list of users without the owner; any other failure proves nothing and is returned as it is.
func (k *Keeper) prove(ctx context.Context, o Owner, id string) (Key, error) {
	name := o.UserName
	if o.UserID != "" {
		user, err := k.freshUser(ctx, o.UserID)
		if err != nil {
			return Key{}, err
		}
		name = user.Name
	}
	found, err := k.api.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: name, IDs: []string{id}})
	if err == nil {
		for _, f := range found {
			if f.ID == id {
				k.keys.drop(name) // the shared read did not have it
				return keyOf(name, f), nil
			}
		}
		return Key{}, &GoneError{What: goneKey, ID: id, Owner: o, Reason: fmt.Sprintf("%s has no access key with this id any more", nameOf(name))}
	}
	if api.IsNotFound(err) && name != "" {
		return k.elsewhere(ctx, o, id, k.ownerGone(ctx, o, name, err))
	}
	return Key{}, err
}

// elsewhere looks for the key of an owner that is known by its name and is gone: a user that was renamed took its keys
// along, and a key that is taken for gone would live on with nobody to know it. gone is returned when nobody has the key.
func (k *Keeper) elsewhere(ctx context.Context, o Owner, id string, gone error) (Key, error) {
	if !isGone(gone) || o.UserID != "" {
		return Key{}, gone
	}
	found, err := k.Find(ctx, id)
	if isGone(err) {
		return Key{}, gone
	}
	return found, err
}

// fresh asks the API for one key past the shared read of keys; what is not there under the name the owner is known by
// is proved. It costs one call, like the update it is made for, where prove costs two for an owner given by its id.
func (k *Keeper) fresh(ctx context.Context, o Owner, userName, id string) (Key, error) {
	found, err := k.api.ReadAccessKeys(ctx, api.ReadAccessKeysInput{UserName: userName, IDs: []string{id}})
	if err != nil && !api.IsNotFound(err) {
		return Key{}, err
	}
	for _, f := range found {
		if f.ID == id {
			return keyOf(userName, f), nil
		}
	}
	return k.prove(ctx, o, id)
}

// ownerGone decides what a not-found about userName means: a *GoneError when the list of users lacks the name, else err.
func (k *Keeper) ownerGone(ctx context.Context, o Owner, userName string, err error) error {
	k.users.drop(allUsers)
	users, listErr := k.ListUsers(ctx)
	if listErr != nil {
		return err
	}
	if slices.ContainsFunc(users, func(u User) bool { return u.Name == userName }) {
		return err
	}
	return &GoneError{What: goneUser, ID: userName, Owner: o, Reason: fmt.Sprintf("the account has no user called %s", userName)}
}

// findersAtOnce is how many owners are asked at the same time; the client's rate still holds.
const findersAtOnce = 4

// Find returns the key with that id, whoever owns it: the caller's keys first, then every user's. *GoneError when no
// owner has it.
func (k *Keeper) Find(ctx context.Context, id string) (Key, error) {
	own, err := k.keysOf(ctx, "")
	if err != nil {
		return Key{}, err
	}
	if i := indexKey(own, id); i >= 0 {
		return own[i], nil
	}
	users, err := k.ListUsers(ctx)
	if err != nil {
		return Key{}, fmt.Errorf("access key %s is not one of the caller's, and the users could not be listed: %w", id, err)
	}
	var (
		mu     sync.Mutex
		found  *Key
		failed error
	)
	searching, stop := context.WithCancel(ctx)
	defer stop()
	group := errgroup.Group{}
	group.SetLimit(findersAtOnce)
	for _, user := range users {
		group.Go(func() error {
			if searching.Err() != nil {
				return nil
			}
			keys, err := k.keysOf(searching, user.Name)
			mu.Lock()
			defer mu.Unlock()
			if i := indexKey(keys, id); i >= 0 {
				found = &keys[i]
				stop()
			} else if err != nil && !api.IsNotFound(err) && searching.Err() == nil {
				failed = errors.Join(failed, fmt.Errorf("the access keys of user %s could not be listed: %w", user.Name, err))
			}
			return nil
		})
	}
	_ = group.Wait() // no function of it fails
	switch {
	case found != nil:
		return *found, nil
	case ctx.Err() != nil:
		return Key{}, ctx.Err()
	case failed != nil:
		return Key{}, failed
	}
	return Key{}, &GoneError{What: goneKey, ID: id, Reason: fmt.Sprintf("neither the caller nor any of the account's %d users has it", len(users))}
}

func indexKey(keys []Key, id string) int {
	return slices.IndexFunc(keys, func(k Key) bool { return k.ID == id })
}

func nameOf(userName string) string {
	if userName == "" {
		return "the caller"
	}
	return "user " + userName
}

func isGone(err error) bool {
	var gone *GoneError
	return errors.As(err, &gone)
}
